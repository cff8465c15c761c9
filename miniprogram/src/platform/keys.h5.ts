/** What is pressed is no <button> in Taro's pages, but something with a role: Enter and Space press it too. */

const PRESSED = new Set(["button", "radio"]);

export function pressByKey(): void {
  addEventListener("keydown", (event) => {
    const { key, target } = event;
    if ((key !== "Enter" && key !== " ") || !(target instanceof HTMLElement)) return;
    if (!PRESSED.has(target.getAttribute("role") ?? "")) return;
    event.preventDefault();
    if (!event.repeat) target.click();
  });
}
