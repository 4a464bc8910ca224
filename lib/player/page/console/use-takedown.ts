import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { faultWords } from '../api/client.ts';
import type { Stream, Takedown } from '../api/types.ts';
import { directionOf, isMoving, type TakedownDirection, takedownTitles } from '../model/takedown.ts';
import { useApi, useServices } from '../shell/services.ts';

/** A takedown of the stream, or its restore, as it goes on. */
export interface TakedownWatch {
  /** Undefined where the stream was never taken down, or nothing is known yet. */
  readonly report: Takedown | undefined;
  /** The report, as far as it is about this direction. */
  reportOf(direction: TakedownDirection): Takedown | undefined;
  /** Asks for it. Throws as the client does. */
  begin(direction: TakedownDirection, reason?: string): Promise<void>;
  /** Why nothing new is learned at the moment. */
  readonly fault: string | undefined;
}

const lookEveryMs = 400;
const lookAfterFaultMs = 2_000;

/** `onChanged`: the state is another one now. */
export function useTakedown({ id, takedown }: Stream, onChanged: () => void): TakedownWatch {
  const api = useApi();
  const { announce } = useServices();
  const [report, setReport] = useState<Takedown>();
  const [fault, setFault] = useState<string>();
  const [asked, setAsked] = useState<TakedownDirection>();
  const noticed = takedown?.state;
  const state = report?.state;
  // The answer to what was asked may take seconds: how far it is can be read meanwhile.
  const behind =
    asked !== undefined || (state ? isMoving(state) || state !== noticed : noticed !== undefined);

  useEffect(() => {
    if (!behind) return;
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      let waitMs = lookEveryMs;
      try {
        const next = await api.getTakedown(id);
        if (stopped) return;
        setFault(undefined);
        setReport(next);
      } catch (cause) {
        if (stopped) return;
        // Before it is written down there is none.
        if (asked === undefined) setFault(faultWords(cause));
        waitMs = asked === undefined ? lookAfterFaultMs : lookEveryMs;
      }
      timer = setTimeout(look, waitMs);
    };
    void look();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [api, id, behind, asked]);

  const before = useRef(state);
  useEffect(() => {
    if (state === undefined) return;
    onChanged();
    if (before.current !== undefined) announce(`${takedownTitles[state]}.`);
    before.current = state;
  }, [state, onChanged, announce]);

  const begin = useCallback(
    async (direction: TakedownDirection, reason = '') => {
      setAsked(direction);
      try {
        setReport(direction === 'takedown' ? await api.takedown(id, reason) : await api.restore(id));
      } finally {
        setAsked(undefined);
      }
    },
    [api, id],
  );

  return {
    report,
    reportOf: (direction) => (report && directionOf(report.state) === direction ? report : undefined),
    begin,
    fault,
  };
}
