/** Something that a colleague is asked to do for one person; its outcome comes back as the event `Task Completed`. */
export interface Task {
  /** Begins with the enrollment's id. */
  readonly taskId: string;
  readonly profileId: string;
  readonly journeyId: string;
  readonly enrollmentId: string;
  readonly stepId: string;
  readonly queue: string;
  readonly title: string;
  readonly status: 'open' | 'done';
  readonly createdMs: number;
  readonly doneMs?: number;
  readonly outcome?: string;
}
