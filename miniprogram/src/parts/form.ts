/** What an action on a job asks for, as the contract says: see src/made/forms.ts. */
export interface Field {
  name: string;
  kind: string;
  required: boolean;
  options?: readonly (readonly [code: string, name: string])[];
}

export interface Form {
  path: string;
  name: string;
  fields: readonly Field[];
}

/** The same in a customer's words: `hint` says what pressing it means. */
export interface OwnForm extends Pick<Form, "name"> {
  hint: string;
  fields: readonly (Field & { options: readonly (readonly [code: string, words: string])[] })[];
}
