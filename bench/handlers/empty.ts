/** What every function costs before it does anything. */
export const handler = async (): Promise<object> => ({});
