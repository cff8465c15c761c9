// As domain/access.py spells them: four groups of five, without letters that look alike.
const INVITATION = /^[0-9A-HJKMNP-TV-Z]{5}(-?[0-9A-HJKMNP-TV-Z]{5}){3}$/;

/** The invitation in a scene, or undefined: then it is a customer's link. */
export function invitationIn(scene: string): string | undefined {
  const text = scene.trim();
  return INVITATION.test(text) ? text : undefined;
}
