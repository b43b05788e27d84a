/** A point, in pixels from the top left. */
export interface Point {
  readonly x: number;
  readonly y: number;
}
/** A stretch of the picture. */
export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** A box with its words, in lines that fit into it. */
export interface DiagramNode extends Box {
  /** Where it stands in the document, such as `steps.2.then.0`; or `entry`, `goal`, `exit.0`, `holdout`, `done`. */
  readonly id: string;
  /** The step's kind; or `entry`, `exit`, `goal`, `holdout`, `done`. */
  readonly kind: string;
  /** The id that the document gives the step. */
  readonly stepId?: string;
  /** The whole sentence; `lines` may cut it. */
  readonly says: string;
  readonly name?: string;
  readonly lines: readonly string[];
  readonly nameLines: readonly string[];
}
/** What a way is called, on its line. */
export interface DiagramLabel extends Box {
  readonly text: string;
  readonly lines: readonly string[];
}
/** A way from one box to another, along right angles. */
export interface DiagramEdge {
  readonly from: string;
  readonly to: string;
  readonly points: readonly Point[];
  readonly label?: DiagramLabel;
}

/** A journey laid out: what the command draws as SVG, and what a console can draw in its own way. */
export interface Diagram {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly DiagramNode[];
  readonly edges: readonly DiagramEdge[];
}
