import { useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useCallback, useEffect, useRef, useState } from "react";

import { api, key, type Schemas } from "@/api/client";
import { said } from "@/api/problem";
import { VERDICTS, word } from "@/app/words";

export type Verdict = Schemas["VerdictBody"];
export type Reason = Schemas["PhotoFaultBody"]["reason"];

const SECONDS = 6;

interface Waiting {
  jobId: number;
  body: Verdict;
}

/** What one says of jobs: each word can be taken back for some seconds, then it is sent; the next one sends it, too. */
export function useVerdicts() {
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [told, tell] = useState<ReadonlyMap<number, string>>(new Map());
  const [waiting, wait] = useState<Waiting | null>(null);
  const held = useRef<Waiting | null>(null);
  const note = useCallback(
    (jobId: number, words: string | null) =>
      tell((before) => {
        const after = new Map(before);
        if (words) after.set(jobId, words);
        else after.delete(jobId);
        return after;
      }),
    [],
  );
  const { mutate } = api.useMutation("post", "/api/v1/audits/{job_id}/verdict", {
    onSuccess: ({ job_id, state }, { body }) => {
      note(job_id, state === "kept" ? "已提交" : `已判：${word(VERDICTS, body.verdict)}`);
      for (const path of ["/api/v1/audits", "/api/v1/audits/{job_id}", "/api/v1/audits/mine", "/api/v1/jobs/{job_id}"])
        void queries.invalidateQueries({ queryKey: ["get", path] });
      // The wall is asked anew when it is opened again, not under one's hands.
      void queries.invalidateQueries({ queryKey: ["get", "/api/v1/photos"], refetchType: "none" });
    },
    onError: (error: unknown, { params }) => {
      note(params.path.job_id, null);
      void message.error(`工单 ${params.path.job_id}：${said(error)}`, 8);
    },
  });
  const send = useCallback(() => {
    const now = held.current;
    held.current = null;
    wait(null);
    if (!now) return;
    note(now.jobId, "提交中");
    mutate({ params: { path: { job_id: now.jobId }, header: { "Idempotency-Key": key() } }, body: now.body });
  }, [mutate, note]);
  const say = useCallback(
    (jobId: number, body: Verdict) => {
      send();
      held.current = { jobId, body };
      wait(held.current);
      note(jobId, `待提交：${word(VERDICTS, body.verdict)}`);
    },
    [send, note],
  );
  const undo = useCallback((): number | undefined => {
    const jobId = held.current?.jobId;
    if (jobId === undefined) return undefined;
    note(jobId, null);
    held.current = null;
    wait(null);
    return jobId;
  }, [note]);
  useEffect(() => {
    if (!waiting) return undefined;
    const timer = setTimeout(send, SECONDS * 1000);
    const stay = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", stay);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("beforeunload", stay);
    };
  }, [waiting, send]);
  useEffect(() => send, [send]); // who leaves the page has said it
  return { told, waiting, say, undo };
}

export type Verdicts = ReturnType<typeof useVerdicts>;

/** What is about to be sent, and the way back. */
export function Undo({ waiting, onUndo }: { waiting: Waiting | null; onUndo: () => void }) {
  if (!waiting) return null;
  return (
    <div className="undo" role="status">
      工单 {waiting.jobId}：{word(VERDICTS, waiting.body.verdict)}，{SECONDS} 秒后提交
      <Button size="small" ghost onClick={onUndo}>
        撤销 <kbd>U</kbd>
      </Button>
    </div>
  );
}
