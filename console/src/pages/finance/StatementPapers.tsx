import { api, http, type Schemas } from "@/api/client";
import { useMay } from "@/app/session";
import { Deed } from "@/parts/Deed";
import { type Chosen, FileField, formOf } from "@/parts/fields";

type Paper = Schemas["StatementPaper"];

const ACCEPT = ".pdf,.jpg,.jpeg,.png";
const LABEL = "PDF、JPEG 或 PNG，不超过 5 MB";

/** The papers of a statement: asked once, shown where each belongs. */
export function usePapers(statementId: number): readonly Paper[] {
  const params = { path: { statement_id: statementId }, query: { limit: 100 } };
  return api.useQuery("get", "/api/v1/statements/{statement_id}/files", { params }).data?.items ?? [];
}

export const PaperLinks = ({ papers }: { papers: readonly Paper[] }) => (
  <>
    {papers.map((paper, at) => (
      <a key={paper.id} href={`/api/v1/statements/${paper.statement_id}/files/${paper.id}`} style={{ marginRight: 8 }}>
        附件 {at + 1}
      </a>
    ))}
  </>
);

export function AddEvidence({ statementId, entryId }: { statementId: number; entryId: number }) {
  const may = useMay();
  if (!may("POST /api/v1/statements/{statement_id}/contests/{entry_id}/files")) return null;
  return (
    <Deed<{ file: Chosen[] }>
      size="small"
      label="上传证据"
      send={({ file }, once) =>
        http.POST("/api/v1/statements/{statement_id}/contests/{entry_id}/files", {
          params: { path: { statement_id: statementId, entry_id: entryId }, header: { ...once } },
          body: formOf(file),
        })
      }
    >
      <FileField name="file" label={LABEL} accept={ACCEPT} />
    </Deed>
  );
}

export function AddInvoiceFile({ statementId }: { statementId: number }) {
  const may = useMay();
  if (!may("POST /api/v1/statements/{statement_id}/invoice/files")) return null;
  return (
    <Deed<{ file: Chosen[] }>
      size="small"
      label="上传发票文件"
      send={({ file }, once) =>
        http.POST("/api/v1/statements/{statement_id}/invoice/files", { params: { path: { statement_id: statementId }, header: { ...once } }, body: formOf(file) })
      }
    >
      <FileField name="file" label={LABEL} accept={ACCEPT} />
    </Deed>
  );
}
