/** Okabe and Ito's colours, told apart by all; lines also differ by their marks. */
export const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"];
export const MARKS = ["circle", "rect", "triangle", "diamond"];
