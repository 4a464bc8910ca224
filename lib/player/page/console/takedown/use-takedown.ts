import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, faultWords } from '../../api/client.ts';
import type { Stream, Takedown } from '../../api/types.ts';
import {
  directionOf,
  isMoving,
  type TakedownDirection,
  takedownTitles,
} from '../../model/console/takedown.ts';
import { useApi, useServices } from '../../shell/services.ts';

/** Progress of the stream's takedown or restore. */
export interface TakedownWatch {
  /** Undefined if the stream was never taken down or nothing is known yet. */
  readonly report: Takedown | undefined;
  /** The report, if it is about this direction. */
  reportOf(direction: TakedownDirection): Takedown | undefined;
  /** Starts it. Throws like the client. */
  begin(direction: TakedownDirection, reason?: string): Promise<void>;
  /** Why the progress can't be read at the moment. */
  readonly fault: string | undefined;
}

const lookEveryMs = 400;
const lookAfterFaultMs = 2_000;

/** `onChanged` is called when the state changes. */
export function useTakedown({ id, takedown }: Stream, onChanged: () => void): TakedownWatch {
  const api = useApi();
  const { announce } = useServices();
  const [report, setReport] = useState<Takedown>();
  const [fault, setFault] = useState<string>();
  const [asked, setAsked] = useState<TakedownDirection>();
  const noticed = takedown?.state;
  const state = report?.state;
  // The response to the request may take seconds; read the progress in the meantime.
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
        // Not for this account; the stream's own notice is.
        if (cause instanceof ApiError && cause.status === 403) return;
        // There is no takedown to read until it has been persisted.
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
