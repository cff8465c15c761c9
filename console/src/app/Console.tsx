import { Result, Spin } from "antd";
import { Suspense } from "react";
import { Navigate, Route, Routes } from "react-router";

import { api } from "@/api/client";
import { Problem, said } from "@/api/problem";
import { heed } from "@/parts/days";
import { open, PAGES } from "./pages";
import { Session } from "./session";
import { Shell } from "./Shell";
import { SignIn } from "./SignIn";

const WAITING = <Spin style={{ display: "block", margin: "20vh auto" }} />;

/** Who is here decides what there is: the sign-in page, or the pages of the role. */
export function Console() {
  const me = api.useQuery("get", "/api/v1/me");
  if (me.isPending) return WAITING;
  if (me.error) {
    const unknown: unknown = me.error;
    if (unknown instanceof Problem && unknown.status === 401) return <SignIn />;
    return <Result status="warning" title={said(unknown)} />;
  }
  heed(me.data.now);
  const { role } = me.data;
  const shown = PAGES.filter((page) => page.group && open(page, role));
  const first = shown.find((page) => page.home?.includes(role)) ?? shown[0];
  return (
    <Session.Provider value={me.data}>
      <Shell>
        <Suspense fallback={WAITING}>
          <Routes>
            <Route path="/" element={first ? <Navigate to={first.path} replace /> : <Nothing />} />
            {PAGES.map((page) => (
              <Route
                key={page.path}
                path={page.path}
                element={open(page, role) ? <page.View /> : <Closed title={page.title} />}
              />
            ))}
            <Route path="*" element={<Result status="404" title="没有这个页面" />} />
          </Routes>
        </Suspense>
      </Shell>
    </Session.Provider>
  );
}

const Nothing = () => <Result status="info" title="控制台没有为您的岗位准备的页面，请使用小程序" />;

const Closed = ({ title }: { title: string }) => (
  <Result status="403" title={`您的岗位不能查看「${title}」`} subTitle="如有需要，请联系管理员。" />
);
