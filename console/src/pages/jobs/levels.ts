/** How far a clock has gone, by the number that the API gives. */
export const LEVELS = [
  { colour: "green", label: "正常" },
  { colour: "gold", label: "将到期" },
  { colour: "red", label: "已超时" },
  { colour: "magenta", label: "严重超时" },
];
