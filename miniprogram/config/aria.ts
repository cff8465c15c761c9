/** WeChat's own elements with the names and roles that a reader of the screen needs: Taro's templates leave them out. */

const SAID = { "aria-label": "i.ariaLabel", "aria-role": "i.role", "aria-checked": "i.ariaChecked", "aria-hidden": "i.ariaHidden" };
const NAMED = ["View", "Text", "Button", "Image", "Input", "Textarea"];

interface Platform {
  template?: { mergeComponents(context: unknown, components: Record<string, Record<string, string>>): void };
}
interface Context {
  registerMethod(method: { name: string; fn: (platform: Platform) => void }): void;
}

export default (context: Context): void =>
  context.registerMethod({
    name: "onSetupClose",
    fn: ({ template }) => template?.mergeComponents(context, Object.fromEntries(NAMED.map((name) => [name, SAID]))),
  });
