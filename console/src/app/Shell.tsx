import { App, Button, Dropdown, Layout, Menu } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useEffect, useRef, useState } from "react";
import { matchPath, useLocation, useNavigate } from "react-router";

import { api, csrf } from "@/api/client";
import { said } from "@/api/problem";
import { Finder } from "@/parts/Finder";
import { Bell } from "./Bell";
import { GROUPS } from "./page";
import { open, PAGES } from "./pages";
import { type Me, may, useMe } from "./session";
import { ROLES, word } from "./words";

/** The frame around every page: what there is on the left, who one is above. */
export function Shell({ children }: { children: ReactNode }) {
  const me = useMe();
  const address = useLocation().pathname;
  const here = PAGES.find((page) => matchPath(page.path, address));
  useEffect(() => {
    document.title = here ? `${here.title} · 妥装` : "妥装控制台";
  }, [here]);
  return (
    <Layout style={{ minHeight: "100%" }}>
      <Layout.Sider width={184} style={{ position: "sticky", top: 0, height: "100vh", overflow: "auto" }}>
        <div className="brand">妥装</div>
        <nav aria-label="页面">
          <Pages me={me} address={address} />
        </nav>
      </Layout.Sider>
      <Layout>
        <Layout.Header className="header">
          <strong>{me.dealer_name ?? "品牌总部"}</strong>
          <span className="spring" />
          {may(me.role, "POST /api/v1/job-searches") && <Finder />}
          {may(me.role, "GET /api/v1/inbox") && <Bell />}
          <Person me={me} />
        </Layout.Header>
        <main>{children}</main>
      </Layout>
    </Layout>
  );
}

/** More than these don't fit on a desk's screen at once; groups are folded then. */
const AT_ONCE = 18;

function Pages({ me, address }: { me: Me; address: string }) {
  const go = useNavigate();
  const nav = useRef<HTMLDivElement>(null);
  const shown = PAGES.filter((page) => page.group && open(page, me.role));
  const chosen = shown.filter((page) => address === page.path || address.startsWith(`${page.path}/`)).at(-1);
  const [opened, setOpened] = useState<readonly string[]>(() => (shown.length > AT_ONCE ? [] : GROUPS));
  const group = chosen?.group;
  useEffect(() => {
    if (group) setOpened((before) => (before.includes(group) ? before : [...before, group]));
  }, [group]);
  useEffect(() => {
    nav.current?.querySelector(".ant-menu-item-selected")?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const items = GROUPS.map((group) => ({
    key: group,
    label: group,
    children: shown.filter((page) => page.group === group).map(({ path, title }) => ({ key: path, label: title })),
  })).filter((group) => group.children.length > 0);
  return (
    <div ref={nav}>
      <Menu
        theme="dark"
        mode="inline"
        inlineIndent={12}
        items={items}
        openKeys={[...opened]}
        onOpenChange={setOpened}
        selectedKeys={chosen ? [chosen.path] : []}
        onClick={({ key }) => void go(key)}
      />
    </div>
  );
}

function Person({ me }: { me: Me }) {
  const go = useNavigate();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const fail = (error: unknown) => void message.error(said(error));
  const out = api.useMutation("delete", "/api/v1/sessions/current", {
    onSettled: () => {
      csrf.forget();
      queries.clear();
      window.location.assign("/console/");
    },
  });
  const turn = api.useMutation("post", "/api/v1/me/role", {
    onSuccess: () => window.location.assign("/console/"),
    onError: fail,
  });
  const others = me.roles.filter((held) => held.status === "active" && held.id !== me.binding_id);
  const items = [
    ...others.map((held) => ({
      key: String(held.id),
      label: `切换为 ${word(ROLES, held.role)}${held.dealer_name ? `（${held.dealer_name}）` : ""}`,
    })),
    ...(may(me.role, "POST /api/v1/me/password") ? [{ key: "account", label: "我的账号" }] : []),
    { key: "out", label: "退出登录" },
  ];
  const choose = (key: string) => {
    if (key === "account") return void go("/account");
    return key === "out" ? out.mutate({}) : turn.mutate({ body: { binding_id: Number(key) } });
  };
  return (
    <Dropdown menu={{ items, onClick: ({ key }) => choose(key) }} trigger={["click"]}>
      <Button type="text">
        {me.name ?? "未留姓名"} · {word(ROLES, me.role)}
      </Button>
    </Dropdown>
  );
}
