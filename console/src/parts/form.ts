/** One thing that an action asks for, as the contract names it. */
export interface FormField {
  name: string;
  kind: string;
  required: boolean;
  /** Code and words; words may be missing in the contract. */
  options?: [string, string][];
}

/** What somebody fills in to do something to a job. */
export interface Form {
  path: string;
  name: string;
  fields: FormField[];
}
