// SPDX-License-Identifier: Apache-2.0
//
// The protocol's own client against a server: node sdk_client.mjs ROUNDS CALLS COMMAND ARGUMENT...
// Prints one finding a line; ends with 1 at the first that does not hold. Run from where npm has
// installed the SDK.
import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { EmptyResultSchema } from "@modelcontextprotocol/sdk/types.js";

const [rounds, calls] = process.argv.slice(2, 4).map(Number);
const [command, ...args] = process.argv.slice(4);

function tell(what, figure) {
  console.log(figure === undefined ? what : `${what}: ${figure}`);
}

async function connect() {
  const transport = new StdioClientTransport({ command, args, env: process.env, stderr: "pipe" });
  const log = [];
  transport.stderr.on("data", (piece) => log.push(piece.toString()));
  const client = new Client({ name: "sdk", version: "1" }, { capabilities: {} });
  client.onerror = (error) => {
    if (!error.message.includes("progress notification for an unknown token")) {
      throw error;
    }
  };
  await client.connect(transport);
  // What comes, before the SDK makes something of it.
  const came = [];
  const take = transport.onmessage;
  transport.onmessage = (message, extra) => {
    came.push(message);
    take(message, extra);
  };
  return { client, pid: transport.pid, came, said: () => log.join("") };
}

async function text(client, name, args, options) {
  const result = await client.callTool({ name, arguments: args }, undefined, options);
  return (result.isError ? "failed: " : "") + result.content.map((part) => part.text).join("\n");
}

async function codeOf(promise) {
  try {
    await promise;
    return 0;
  } catch (error) {
    return error.code;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function everyTool(client) {
  const { tools } = await client.listTools();
  const names = tools.map((tool) => tool.name).sort();
  assert.deepEqual(names, ["add", "echo", "fail", "sleep"]);
  await client.ping();
  assert.equal(await text(client, "echo", { text: "grün \u{1F600} \u0000\n\"\\" }), "grün \u{1F600} \u0000\n\"\\");
  assert.equal(await text(client, "add", { a: 40, b: 2 }), "42");
  assert.equal(await text(client, "sleep", { seconds: 0.01 }), "slept 0.01 s");
  assert.equal(await text(client, "fail", { message: "no luck" }), "failed: fail: no luck");
  assert.match(await text(client, "add", { a: 40 }), /^failed: add: b is no number/);
  const long = "x".repeat(4 * 1024 * 1024);
  assert.equal(await text(client, "echo", { text: long }), long);
  tell("every tool called", `${names.join(", ")}; ping; 4 MiB echoed`);
}

async function errors(client) {
  const codes = [
    await codeOf(client.request({ method: "nothing/of/the/kind" }, EmptyResultSchema)),
    await codeOf(client.callTool({ name: "nobody", arguments: {} })),
    await codeOf(client.callTool({ name: "fail", arguments: { message: "m", internal: true } })),
    await codeOf(client.request({ method: "initialize", params: {} }, EmptyResultSchema)),
  ];
  assert.deepEqual(codes, [-32601, -32602, -32603, -32600]);
  tell("errors", codes.join(", "));
}

async function progress(client, came) {
  let told = 0;
  for (let round = 0; round < rounds; round++) {
    came.length = 0;
    const onprogress = () => told++;
    await text(client, "sleep", { seconds: 0.01, steps: 4 }, { onprogress });
    const steps = came.map((message) => message.params?.progress ?? "answer");
    assert.deepEqual(steps, [1, 2, 3, 4, "answer"]);
  }
  // The SDK takes an answer before the progress that it has read together with it, and then no longer knows
  // whose progress that is.
  assert.ok(told > 0 && told <= 4 * rounds);
  tell("progress", `${rounds} rounds, 4 notifications each before the answer; the SDK tells of ${told}`);
}

async function cancel(client, said) {
  for (let round = 0; round < rounds; round++) {
    const abort = new AbortController();
    const begun = new Promise((resolve) => {
      text(client, "sleep", { seconds: 60, steps: 1000 }, { signal: abort.signal, onprogress: resolve }).then(
        () => resolve("answered"), () => resolve("failed"));
    });
    // The first step has been reported: it sleeps.
    assert.equal(typeof (await begun), "object");
    abort.abort("not wanted");
    await client.ping();
  }
  // What it says comes by another pipe than its answers.
  const until = performance.now() + 10_000;
  while (said().split("sleep cancelled").length <= rounds && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.equal(said().split("sleep cancelled").length - 1, rounds);
  tell("cancel", `${rounds} rounds, the server says so of each`);
}

async function inFlight(client) {
  const start = performance.now();
  const all = [];
  for (let i = 0; i < calls; i++) {
    all.push(text(client, "sleep", { seconds: 0.5 }), text(client, "add", { a: i, b: i }));
  }
  const answers = await Promise.all(all);
  answers.forEach((answer, i) => assert.equal(answer, i % 2 === 0 ? "slept 0.5 s" : String(i - 1)));
  tell(`${2 * calls} calls in flight`, `${Math.round(performance.now() - start)} ms, each its own answer`);
}

async function close({ client, pid, said }) {
  const start = performance.now();
  await client.close();
  const took = Math.round(performance.now() - start);
  assert.ok(!isAlive(pid), `process ${pid} is alive`);
  // The SDK sends SIGTERM after two seconds.
  assert.ok(took < 2000 && !said().includes("terminated"), `${took} ms: ${said()}`);
  return took;
}

const session = await connect();
const version = session.client.getServerVersion();
tell("connected", `${version.name} ${version.version}`);
await everyTool(session.client);
await errors(session.client);
await progress(session.client, session.came);
await cancel(session.client, session.said);
await inFlight(session.client);
// Calls that are under way are cut off, not waited for.
const asleep = text(session.client, "sleep", { seconds: 60 }).catch(() => "cut off");
tell("closed with a call under way", `${await close(session)} ms`);
assert.equal(await asleep, "cut off");
const times = [];
for (let i = 0; i < 5; i++) {
  times.push(await close(await connect()));
}
tell("closed at once", `${times.join(", ")} ms`);
