// The one event stream of all tabs of a browser. Tabs say which topics they show; the server tells only those, and only what the
// person may see. A stream that breaks is taken up again by the browser, and everybody is told to look again.
"use strict";
const MOST = 200; // topics; the address has to stay short
const SLOW = 60; // milliseconds that new wishes are gathered
const QUIET = 4000; // a break shorter than this is not worth telling
const MANY = 500; // messages that are kept for pages to come
const tabs = new Map(); // port -> topics
const lately = []; // { at, told }: a page that is rendered while others listen must not miss what they hear before it begins to
let stream = null;
let covered = new Set();
let last = 0; // the server's time of what was heard last
let whole = Infinity; // the server's time from which on nothing that is covered can have been missed
let from = Infinity; // the server's time from which new wishes must not miss anything
let broken = false;
let waiting = 0;

const tell = (message) => tabs.forEach((_, port) => port.postMessage(message));

function connect() {
  if (!tabs.size) return;
  const wanted = [...new Set([...tabs.values()].flat())].slice(-MOST);
  const open = stream && stream.readyState !== EventSource.CLOSED;
  if (open && from >= whole && wanted.every((topic) => covered.has(topic))) { from = Infinity; return; }
  if (stream) stream.close();
  covered = new Set(wanted);
  whole = Math.min(last || whole, from);
  from = Infinity;
  lately.length = 0; // all of it is told anew
  stream = new EventSource(`/events?topics=${wanted.join("+")}&since=${whole}`);
  stream.onmessage = (event) => {
    last = Number(event.lastEventId);
    const told = event.data.split(" ");
    lately.push({ at: last, told });
    if (lately.length > MANY) whole = Math.max(whole, lately.shift().at);
    tell({ told });
  };
  stream.onopen = () => { if (broken) { broken = false; tell({ state: "back" }); } };
  stream.onerror = () => {
    if (stream.readyState === EventSource.CLOSED) refused();
    if (broken) return;
    broken = true;
    setTimeout(() => { if (broken) tell({ state: "gone" }); }, QUIET);
  };
}
// The server answered, but not with a stream: the session has ended, or it is being restarted.
async function refused() {
  const stop = new AbortController();
  try {
    const answer = await fetch("/events", { signal: stop.signal });
    stop.abort();
    if (answer.status === 403) { stream = null; tell({ state: "out" }); return; }
  } catch { /* no network: try again below */ }
  setTimeout(connect, 5000);
}
function hear(port, data) {
  if (data.bye) tabs.delete(port);
  else {
    tabs.set(port, data.topics);
    from = Math.min(from, data.since);
    const missed = lately.filter((one) => one.at >= data.since).flatMap((one) => one.told);
    if (missed.length) port.postMessage({ told: missed }); // in their order: who came and left has left
  }
  clearTimeout(waiting);
  if (!tabs.size) { if (stream) stream.close(); stream = null; last = 0; whole = Infinity; from = Infinity; lately.length = 0; return; }
  waiting = setTimeout(connect, SLOW);
}
if ("onconnect" in self) {
  self.onconnect = (event) => {
    const port = event.ports[0];
    port.onmessage = (message) => hear(port, message.data);
    port.start();
  };
} else {
  self.onmessage = (message) => hear(self, message.data);
}
