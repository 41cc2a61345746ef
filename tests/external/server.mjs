// Answers as Intercom's API does, from a workspace, on a loopback port.

import { createServer } from "node:http";

/** How many events a page of the log holds at most. */
const PAGE = 250;

/** Serves a workspace until it is closed. */
export async function serve(workspace) {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const [status, answer] = route(workspace, request, body);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(answer));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

function route({ me, admins, events }, request, body) {
  const { pathname } = new URL(request.url, "http://127.0.0.1");
  switch (`${request.method} ${pathname}`) {
    case "GET /me":
      return [200, me];
    case "GET /admins":
      return [200, { type: "admin.list", admins }];
    case "POST /admins/activity_logs/search":
      return [200, search(events, JSON.parse(body))];
    default: {
      const error = { code: "token_unauthorized", message: "Not authorized to access resource" };
      return [403, { type: "error.list", request_id: "external-checks", errors: [error] }];
    }
  }
}

function search(events, { created_at_after: after, created_at_before: before, event_types: types, page = 1, per_page: size = 20 }) {
  const fits = ({ created_at: at, activity_type: type }) =>
    at >= after && at <= (before ?? Infinity) && (!types || types.includes(type));
  const found = events.filter(fits).sort((one, other) => other.created_at - one.created_at);
  const rows = Math.min(size, PAGE);
  const total = Math.max(1, Math.ceil(found.length / rows));
  return {
    type: "activity_log.list",
    activity_logs: found.slice((page - 1) * rows, page * rows),
    pages: { type: "pages", page, per_page: rows, total_pages: total, next: null },
  };
}
