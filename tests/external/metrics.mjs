// The metrics, as Prometheus and OpenMetrics read them.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { command } from "./command.mjs";
import { Skip, ensure } from "./steps.mjs";

const PYTHON = fileURLToPath(new URL(".venv/bin/python", import.meta.url));

/** Parses a file as OpenMetrics and as Prometheus' own text, and says how many series each has, and which types. */
const PARSE = `
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus
text = open(sys.argv[1], encoding="utf-8", newline="\\n").read()
read = [list(parse(text)) for parse in (openmetrics, prometheus)]
series = [{(sample.name, tuple(sorted(sample.labels.items())), sample.value) for one in families for sample in one.samples}
          for families in read]
assert series[0] == series[1], series[0] ^ series[1]
print(json.dumps([len(series[0]), sorted({one.type for one in read[0]}), sorted({one.unit for one in read[0]})]))
`;

/** Checks the metrics of a report. */
export async function checkMetrics(run, { name, files }) {
  if (!files.metrics) return;
  await run.step(`${name}: promtool finds nothing wrong with the metrics`, () => {
    const said = command("promtool", ["check", "metrics"], readFileSync(files.metrics));
    ensure(said.trim() === "", "it says:", said.split("\n"));
  });
  await run.step(`${name}: the metrics are the same in OpenMetrics and in Prometheus' text format`, () => {
    if (!existsSync(PYTHON)) throw new Skip("the Python package with the parsers is not there");
    const [series, types, units] = JSON.parse(command(PYTHON, ["-c", PARSE, files.metrics]));
    ensure(series > 100, `there are ${series} series`);
    ensure(types.join() === "gauge", "there are types that the collector refuses:", types);
    ensure(units.join() === ",ratio,seconds", "there are other units:", units);
  });
}
