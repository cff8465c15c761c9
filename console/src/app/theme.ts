import type { ThemeConfig } from "antd";

/** Calm and dense: for people who look at it eight hours a day. */
export const THEME: ThemeConfig = {
  token: {
    colorPrimary: "#0b6e72",
    // Beside black text a link is told by its lightness too (3 to 1), on white it can be read (4.5 to 1).
    colorLink: "#0b7c80",
    colorError: "#cf1322",
    // The library's own greys are too faint on white to be read by everybody (WCAG AA asks 4.5 to 1).
    colorTextPlaceholder: "#66716f",
    colorTextQuaternary: "#66716f",
    colorTextTertiary: "#5c6b6b",
    colorTextDescription: "#5c6b6b",
    motion: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    borderRadius: 4,
    fontSize: 14,
    fontFamily: '-apple-system, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif',
  },
  components: {
    Layout: { headerBg: "#ffffff", siderBg: "#10312f", headerHeight: 52 },
    Menu: { darkItemBg: "#10312f", darkSubMenuItemBg: "#0c2624", darkItemSelectedBg: "#0b6e72", itemHeight: 36 },
    Table: { cellPaddingBlock: 8, cellPaddingInline: 10, headerBg: "#f3f6f6" },
  },
};
