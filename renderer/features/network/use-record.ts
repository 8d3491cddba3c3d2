// A session's record as the page has it: asked for whole, then for what is new whenever the helper says that it has grown.
import { useEffect, useState } from "react";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { SessionLog } from "../../../protocol/src/log.js";
import type { Session } from "../../../protocol/src/session.js";
import { see } from "../../see.js";
import { useFeed } from "../changes/feed-store.js";
import { append } from "./record-model.js";

interface Asked {
  log: SessionLog | null;
  error: SeeError | null;
}

/** The session must be the one whose feed is open. */
export function useRecord({ id }: Session): Asked {
  const [asked, setAsked] = useState<Asked>({ log: null, error: null });

  useEffect(() => {
    let gone = false;
    let asking = false;
    let log: SessionLog | null = null;
    /** How far the record goes that was asked for. */
    let wanted = -1;
    const ask = async (): Promise<void> => {
      const { recorded } = useFeed.getState();
      if (asking || recorded <= wanted) return;
      asking = true;
      wanted = recorded;
      const outcome = await see.log(id, log?.next ?? 0);
      asking = false;
      if (gone) return;
      if (outcome.ok) log = append(log, outcome.value);
      setAsked({ log, error: outcome.ok ? null : outcome.error });
      void ask();
    };
    const stop = useFeed.subscribe((now, before) => {
      // A feed that begins anew counts from nothing.
      if (now.recorded < before.recorded) wanted = -1;
      if (now.recorded !== before.recorded) void ask();
    });
    void ask();
    return () => {
      gone = true;
      stop();
    };
  }, [id]);
  return asked;
}
