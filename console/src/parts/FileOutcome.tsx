import { Alert } from "antd";

interface Props {
  /** So many rows did this, so many that. */
  told: string;
  bad: number;
  /** Where the bad rows are fetched, each with its reason. */
  errors: string;
}

/** What became of a file: the good rows count at once, the bad ones come back. */
export const FileOutcome = ({ told, bad, errors }: Props) => (
  <Alert
    style={{ width: "100%" }}
    type={bad ? "warning" : "success"}
    showIcon
    title={`${told}，有问题 ${bad}`}
    action={bad > 0 && <a href={errors}>下载有问题的行</a>}
  />
);
