// A lint rule: what a person reads stands in texts/, and nowhere else. Knows a text for people by its look: two words beside
// each other, or a capital one where words are shown. What only developers read (bugs, standard error) may stand where it arises.

const TWO_WORDS = /\p{L}{2,}[,;:.!?…”’)]* [“‘(]?\p{L}{2,}/u;
const ONE_WORD = /^\p{Lu}\p{Ll}+[.!?…]?$/u;
/** Properties and parameters whose value is shown. */
const SHOWN = new Set([
  "title",
  "label",
  "message",
  "hint",
  "warning",
  "why",
  "name",
  "value",
  "placeholder",
]);
/** Calls whose texts are not for people. */
const SILENT =
  /^(console|process\.stderr|note|matchMedia)\b|^(RegExp|Error|TypeError)$|\.(matches|querySelector|querySelectorAll|closest)$/;

/** Returns the name of what a call or construction calls. */
function calleeOf(node, source) {
  return source.getText(node.callee);
}

/** Tells whether a text is one that no person reads: a call's that is silent, an import's, a class attribute's, a type's. */
function isSilent(node, source) {
  for (let child = node, at = node.parent; at; child = at, at = at.parent) {
    if (at.type === "CallExpression" || at.type === "NewExpression") {
      if (child !== at.callee && SILENT.test(calleeOf(at, source))) return true;
    }
    if (at.type === "ImportDeclaration" || at.type.startsWith("TS"))
      return (
        at.type !== "TSAsExpression" &&
        at.type !== "TSSatisfiesExpression" &&
        at.type !== "TSNonNullExpression"
      );
    if (at.type === "JSXAttribute") return at.name.name === "className" || at.name.name === "d";
  }
  return false;
}

/** Tells whether what stands here is shown, so that a single word counts, too. */
function isShown({ parent }) {
  return parent.type === "Property" && SHOWN.has(parent.key.name);
}

export default {
  meta: { name: "alcatraz" },
  rules: {
    "words-in-texts": {
      create(context) {
        const { sourceCode } = context;
        const look = (node, text) => {
          if (!TWO_WORDS.test(text) && !(ONE_WORD.test(text) && isShown(node))) return;
          if (isSilent(node, sourceCode)) return;
          context.report({ node, message: "Words for people stand in texts/." });
        };
        return {
          Literal(node) {
            if (typeof node.value === "string") look(node, node.value);
          },
          TemplateElement(node) {
            look(node, node.value.raw);
          },
        };
      },
    },
  },
};
