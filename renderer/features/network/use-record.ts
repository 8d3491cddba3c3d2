// A session's record as the page has it: asked for whole, then for what is new, as long as programs run.
import { useEffect, useState } from "react";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { SessionLog } from "../../../protocol/src/log.js";
import type { Session } from "../../../protocol/src/session.js";
import { see } from "../../see.js";
import { isLive } from "../run/session-model.js";
import { append } from "./record-model.js";

/** How often a running session is asked, in milliseconds. */
const PERIOD = 1000;

interface Asked {
  log: SessionLog | null;
  error: SeeError | null;
}

export function useRecord(session: Session): Asked {
  const [asked, setAsked] = useState<Asked>({ log: null, error: null });
  const { id } = session;
  const live = isLive(session);

  useEffect(() => {
    let gone = false;
    let timer: number | undefined;
    let log: SessionLog | null = null;
    const ask = async (): Promise<void> => {
      const outcome = await see.log(id, log?.next ?? 0);
      if (gone) return;
      if (outcome.ok) log = append(log, outcome.value);
      setAsked({ log, error: outcome.ok ? null : outcome.error });
      if (live) timer = window.setTimeout(() => void ask(), PERIOD);
    };
    void ask();
    return () => {
      gone = true;
      window.clearTimeout(timer);
    };
  }, [id, live]);
  return asked;
}
