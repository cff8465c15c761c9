/** Taro's components as plain HTML, for Vitest. */
import { createElement, type ReactNode } from "react";

type Props = Record<string, unknown> & { children?: ReactNode };

const OURS = new Set(["catchMove", "scrollY", "lowerThreshold", "autoHeight", "openType", "onScrollToLower", "onGetPhoneNumber", "onInput", "maxlength", "mode"]);

const html = (name: string) => name.replace(/^aria[A-Z]/, (start) => `aria-${start.slice(4).toLowerCase()}`);

function as(tag: string) {
  return function Component({ children, ...props }: Props) {
    const known = Object.entries(props).filter(([name]) => !OURS.has(name));
    return createElement(tag, Object.fromEntries(known.map(([name, value]) => [html(name), value])), children);
  };
}

export const View = as("div");
export const Text = as("span");
export const Button = as("button");
export const ScrollView = as("div");
export const Image = as("img");
export const Input = as("input");
export const Textarea = as("textarea");
