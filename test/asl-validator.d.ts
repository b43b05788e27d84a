declare module 'asl-validator' {
  /** Checks a definition against the States Language; the package ships no types. */
  export default function validate(definition: unknown): {
    readonly isValid: boolean;
    readonly errors: readonly unknown[];
  };
}
