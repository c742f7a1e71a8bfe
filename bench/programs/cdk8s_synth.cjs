// Synthesize the objects of a JSON file with cdk8s in its own language: `cdk8s_synth.cjs OBJECTS DIRECTORY`.
const { readFileSync } = require("node:fs");
const { ApiObject, App, Chart } = require("cdk8s");

const [objects, outdir] = process.argv.slice(2);
const app = new App({ outdir });
const chart = new Chart(app, "mesh", { disableResourceNameHashes: true });
JSON.parse(readFileSync(objects, "utf8")).forEach((wanted, number) => new ApiObject(chart, `object-${number}`, wanted));
app.synth();
