import "./parts.css";
import "./icons.css";

export { Bar } from "./Bar";
export { Button } from "./Button";
export { Card } from "./Card";
export { Choice, Field } from "./Field";
export { dayOf, left, local, metres, span, when, yuan } from "./format";
export type { Field as FormField } from "./form";
export { Icon } from "./Icon";
export { List } from "./List";
export { Photo } from "./Photo";
export { Sheet } from "./Sheet";
export { Countdown, Empty, Failed, Loading, Money, Old, Tag, Time } from "./small";
export { tell } from "./telling";
export { Toast } from "./Toast";
