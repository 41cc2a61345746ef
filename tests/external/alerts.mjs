// What a receiver of alerts is sent: its signature is verified by the library of Standard Webhooks, and its body by the schema.

import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { setTimeout } from "node:timers/promises";

import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { Webhook, WebhookVerificationError } from "standardwebhooks";

import { command } from "./command.mjs";
import { start } from "./reports.mjs";
import { serve } from "./server.mjs";
import { ensure } from "./steps.mjs";
import { hostile } from "./workspaces.mjs";

const SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

const CONFIGURATION = `
[[alert]]
name = "ops"
kind = "webhook"
url_env = "OPS_URL"
secret_env = "OPS_SECRET"
level = "l3"
on = ["new", "resolved", "undecided", "incomplete"]

[[alert]]
name = "team"
kind = "slack"
url_env = "TEAM_URL"
`;

/** Listens on a loopback port, refuses the first request to each path, and keeps the others. */
async function listen() {
  const [refused, messages] = [new Set(), []];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { url, headers } = request;
    messages.push({ url, headers, body, accepted: refused.has(url) });
    response.writeHead(refused.has(url) ? 204 : 503).end();
    refused.add(url);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, messages, close: () => server.close() };
}

/** Checks the messages about a workspace in which administrators appear. */
export async function checkAlerts(run, program, out) {
  const messages = await run.step("alerts reach a receiver that refused them at first", () => messagesOf(program, out));
  if (!messages) return;
  const webhooks = messages.filter(({ url }) => url === "/ops");
  await run.step("alerts: standardwebhooks verifies every signature, and none that was tampered with", () => {
    const webhook = new Webhook(SECRET);
    for (const { body, headers } of webhooks) {
      ensure(webhook.verify(body, headers).id === headers["webhook-id"], "the ids differ");
      for (const tampered of [[`${body} `, headers], [body, { ...headers, "webhook-id": "msg_other" }]]) {
        try {
          webhook.verify(...tampered);
        } catch (error) {
          if (error instanceof WebhookVerificationError) continue;
          throw error;
        }
        ensure(false, "what was tampered with is verified");
      }
    }
  });
  await run.step("alerts: the bodies are what the schema says", () => {
    const ajv = addFormats(new Ajv2020({ strict: true, allErrors: true }));
    const validate = ajv.compile(JSON.parse(command(program, ["generate", "schema", "alert"])));
    for (const { body } of webhooks) ensure(validate(JSON.parse(body)), "it is not:", validate.errors ?? []);
  });
  await run.step("alerts: nothing that Slack acts on is in its blocks", () => {
    const slack = messages.filter(({ url }) => url === "/team").map(({ body }) => JSON.parse(body));
    ensure(slack.length > 1, "Slack got nothing");
    for (const { text, blocks } of slack) {
      const texts = [text, ...blocks.map((block) => block.text.text)];
      ensure(!texts.some((one) => /[<>]|&(?!(amp|lt|gt);)/.test(one)), "it is not escaped:", texts);
      ensure(blocks.length <= 50, `there are ${blocks.length} blocks`);
    }
  });
}

async function messagesOf(program, out) {
  const folder = `${out}/alerts`;
  mkdirSync(folder, { recursive: true });
  const [config, store] = [`${folder}/alerts.toml`, `${folder}/posture.db`];
  writeFileSync(config, CONFIGURATION);
  const workspace = hostile();
  const receiver = await listen();
  const variables = { OPS_URL: `${receiver.origin}/ops`, OPS_SECRET: SECRET, TEAM_URL: `${receiver.origin}/team` };
  const api = await serve(workspace);
  try {
    const scan = async (expected, said) => {
      const options = ["--base-url", api.origin, "--config", config, "--store", store, "--format", "none", "--fail-on", "never"];
      const { code, stderr } = await start(program, ["scan", ...options], variables);
      // Two runs of one second are one.
      await setTimeout(1_000);
      ensure(code === 0 && stderr.includes(said), `a scan ended with ${code}:`, stderr);
      ensure(receiver.messages.length === expected, `${receiver.messages.length} messages instead of ${expected}:`, stderr);
      ensure(!stderr.includes(receiver.origin) && !stderr.includes(SECRET), "an address or a secret is shown:", stderr);
    };
    await scan(0, "");
    const [first] = workspace.admins;
    for (const number of [1, 2, 3, 4, 5]) {
      const email = `new${number}@checks.example`;
      workspace.admins.push({ ...first, id: `9${number}`, email, name: first.name, role: { ...first.role, name: "Owner" } });
    }
    await scan(2, 'Alert "ops" was not accepted: it answered 503. 1 message waits for the next run.');
    await scan(4, "");
    await scan(4, "");
    const test = await start(program, ["alert", "test", "--config", config], variables);
    ensure(test.code === 0 && receiver.messages.length === 6, `the test ended with ${test.code}:`, test.stderr);
  } finally {
    receiver.close();
    api.close();
  }
  for (const url of ["/ops", "/team"]) {
    const [refused, repeated, test] = receiver.messages.filter((message) => message.url === url);
    ensure(refused.body === repeated.body && repeated.accepted, "what was refused is not what was repeated");
    ensure(url === "/team" || refused.headers["webhook-id"] === repeated.headers["webhook-id"], "the ids differ");
    ensure(test.body !== repeated.body, "the test is no message of its own");
  }
  return receiver.messages;
}
