// What a thumb cannot hit, what hangs over the edge, what axe calls serious. The pages below the one in front are hidden.
async () => {
  const said = (one) => (one.innerText || one.className || one.tagName).trim().slice(0, 40);
  const box = (one) => one.getBoundingClientRect();
  const pressed = [...document.querySelectorAll("[role=button], [role=radio], input, textarea")].filter((one) => one.offsetParent);
  const small = pressed.filter((one) => box(one).width && Math.min(box(one).width, box(one).height) < 43.5);
  const sideways = document.documentElement.scrollWidth > innerWidth + 1;
  const wide = sideways ? [...document.body.querySelectorAll("*")].filter((one) => box(one).right > innerWidth + 1) : [];
  const found = globalThis.axe ? (await axe.run(document, { resultTypes: ["violations"] })).violations : [];
  const serious = found.filter((one) => ["serious", "critical"].includes(one.impact));
  return [
    ...small.map((one) => `small: ${said(one)}`),
    ...wide.slice(-1).map((one) => `wider than the screen: ${said(one)}`),
    ...serious.map(({ id, nodes: [one] }) => `${id}: ${one.html.slice(0, 120)} ${one.failureSummary.slice(0, 160)}`),
  ];
};
