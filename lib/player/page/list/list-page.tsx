import { useEffect, useId, useState } from 'preact/hooks';
import { faultWords } from '../api/client.ts';
import type { Stream } from '../api/types.ts';
import { type ListOrder, listedStreams, listOrders } from '../model/stream-list.ts';
import { noticeHere } from '../shell/navigation.ts';
import { useServices } from '../shell/services.ts';
import { CreateStream } from './create-stream.tsx';
import { EmptyList } from './empty-list.tsx';
import { StreamCard } from './stream-card.tsx';
import { useGrowing } from './use-growing.ts';
import { useStreams } from './use-streams.ts';

/** All streams with their states, and a button to create one. */
export function ListPage() {
  const { streams, complete, fault } = useStreams();
  const [creating, setCreating] = useState(false);
  useEffect(() => {
    document.title = 'Streams · Headwater';
  }, []);

  return (
    <>
      <div class="page-head">
        <h1>Streams</h1>
        <button type="button" class="button button-primary" onClick={() => setCreating(true)}>
          New stream
        </button>
      </div>
      {noticeHere() !== undefined && <p class="quiet list-notice">{noticeHere()}</p>}
      {fault !== undefined && (
        <p class="fault" role="alert">
          {faultWords(fault)} {streams ? 'What you see may be out of date.' : ''} Retrying every few seconds.
        </p>
      )}
      {streams === undefined && fault === undefined && <p class="quiet">Loading the streams…</p>}
      {streams?.length === 0 && <EmptyList onCreate={() => setCreating(true)} />}
      {streams !== undefined && streams.length > 0 && <StreamList streams={streams} complete={complete} />}
      {creating && <CreateStream onClose={() => setCreating(false)} />}
    </>
  );
}

/** With fewer there is nothing to search. */
const searchedFrom = 6;

function StreamList({ streams, complete }: { streams: readonly Stream[]; complete: boolean }) {
  const { announce } = useServices();
  const [search, setSearch] = useState('');
  const [order, setOrder] = useState<ListOrder>('last-on-air');
  const { onAir, others } = listedStreams(streams, { search, order });
  const found = onAir.length + others.length;
  const { shown, more, end } = useGrowing(`${search} ${order}`);
  const isSearched = search.trim() !== '';
  const count = isSearched ? `${found} of ${streams.length} streams` : `${streams.length} streams`;

  useEffect(() => {
    if (!isSearched) return;
    const timer = setTimeout(() => announce(count), 600);
    return () => clearTimeout(timer);
  }, [announce, count, isSearched]);

  return (
    <>
      {streams.length >= searchedFrom && (
        <ListTools
          search={search}
          onSearch={setSearch}
          order={order}
          onOrder={setOrder}
          count={complete ? count : `${count} so far…`}
        />
      )}
      {onAir.length > 0 && (
        <section class="stream-group" aria-labelledby="on-air-title">
          <h2 id="on-air-title">On air ({onAir.length})</h2>
          <ul class="stream-list">
            {onAir.slice(0, shown).map((stream) => (
              <StreamCard key={stream.id} stream={stream} />
            ))}
          </ul>
        </section>
      )}
      {others.length > 0 && (
        <section class="stream-group" aria-labelledby="off-air-title">
          <h2 id="off-air-title" class={onAir.length > 0 ? undefined : 'visually-hidden'}>
            Off air ({others.length})
          </h2>
          <ul class="stream-list">
            {others.slice(0, Math.max(0, shown - onAir.length)).map((stream) => (
              <StreamCard key={stream.id} stream={stream} />
            ))}
          </ul>
        </section>
      )}
      {found === 0 && (
        <p class="quiet">
          No stream has “<bdi>{search.trim()}</bdi>” in its name, ID or owner.
        </p>
      )}
      {found > shown && (
        <p class="stream-more" ref={end}>
          <button type="button" class="button" onClick={more}>
            Show more
          </button>{' '}
          <span class="quiet">
            {shown} of {found} are shown.
          </span>
        </p>
      )}
    </>
  );
}

function ListTools(props: {
  search: string;
  onSearch: (text: string) => void;
  order: ListOrder;
  onOrder: (order: ListOrder) => void;
  count: string;
}) {
  const { search, onSearch, order, onOrder, count } = props;
  const id = useId();
  return (
    <search class="stream-tools">
      <label class="field stream-search" for={`${id}-search`}>
        <span>Search</span>
        <input
          id={`${id}-search`}
          type="search"
          dir="auto"
          autocomplete="off"
          spellcheck={false}
          placeholder="Name, ID or owner"
          value={search}
          onInput={(event) => onSearch(event.currentTarget.value)}
        />
      </label>
      <label class="field" for={`${id}-order`}>
        <span>Sort by</span>
        <select
          id={`${id}-order`}
          value={order}
          onChange={(event) => onOrder(event.currentTarget.value as ListOrder)}
        >
          {Object.entries(listOrders).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <p class="quiet small stream-count">{count}</p>
    </search>
  );
}
