// Which encoding a text is read in: what was guessed, and a choice by hand.
import type { ReactElement } from "react";
import { useDetail } from "./detail-store.js";
import { ENCODINGS } from "../../../texts/encodings.js";
import { type Encoding, isEncoding } from "./encoding-model.js";
import { TEXTS } from "../../../texts/diff.js";
import view from "../../ui/view.module.css";

/** `guesses` are those of the sides that there are. */
export function EncodingChoice({ guesses }: { guesses: readonly Encoding[] }): ReactElement {
  const { encoding, setEncoding } = useDetail();
  const guess = [...new Set(guesses)].map((each) => ENCODINGS[each]).join(" → ");
  return (
    <select
      className={view.select}
      aria-label={TEXTS.encoding}
      value={encoding ?? ""}
      onChange={({ target: { value } }) => setEncoding(isEncoding(value) ? value : null)}
    >
      <option value="">{TEXTS.encodingGuess(guess)}</option>
      {Object.entries(ENCODINGS).map(([name, words]) => (
        <option key={name} value={name}>
          {words}
        </option>
      ))}
    </select>
  );
}
