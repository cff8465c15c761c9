// As domain/access.py spells them: four groups of five, without letters that look alike.
const INVITATION = /^[0-9A-HJKMNP-TV-Z]{5}(-?[0-9A-HJKMNP-TV-Z]{5}){3}$/;

/** What a code was made with, from a page's own query (`K7Q2M-…`, perhaps written in per cent) or the whole of what a
 * camera read (`pages/claim/index?scene=K7Q2M-…`); undefined where there is none. */
export function sceneIn(text: string | undefined): string | undefined {
  if (!text) return undefined;
  const found = /[?&]scene=([^&#]+)/.exec(text)?.[1] ?? (text.includes("?") ? undefined : text);
  try {
    return found && decodeURIComponent(found).trim();
  } catch {
    return undefined; // not ours
  }
}

/** The invitation in a scene, or undefined: then it is a customer's link. */
export function invitationIn(scene: string): string | undefined {
  return INVITATION.test(scene) ? scene : undefined;
}
