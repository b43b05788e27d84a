/** The id of a send's delivery: the same on every retry, and beginning with its enrollment's. */
export const deliveryIdOf = (enrollmentId: string, stepId: string, visit: number): string =>
  `${enrollmentId}-${stepId}-${visit}`;

/** Whether a delivery is one of an enrollment's step, at whichever visit. */
export const isDeliveryOf = (deliveryId: string, enrollmentId: string, stepId: string): boolean => {
  const start = `${enrollmentId}-${stepId}-`;
  return deliveryId.startsWith(start) && /^\d+$/.test(deliveryId.slice(start.length));
};
