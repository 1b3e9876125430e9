/* A change of very many documents that the server makes: how far it is, what came of it. It goes on
 * when the page is left, and is shown again when one comes back. */
import {get, post} from "./http.js";
import {describeRefusals} from "./list_refusals.js";
import {poll} from "./poll.js";
import {text} from "./texts.js";
import {toast} from "./toast.js";

/* Refusals that are asked for; the sum says how many there are. */
const SHOWN = 200;
const SEEN = "change-seen";

const box = document.getElementById("change-job");
const heading = box.querySelector("h2");
const said = box.querySelector("[data-said]");
const bar = box.querySelector("progress");
const list = box.querySelector("[data-outcomes]");
const stop = box.querySelector("[data-stop]");
const undo = box.querySelector("[data-undo]");
const close = box.querySelector("[data-hide]");

let job = null;
let watching = null;

stop.addEventListener("click", async () => {
    stop.disabled = true;
    await post(job.links.cancel, {}).catch(() => {});
    watching.now();
});
undo.addEventListener("click", async () => {
    undo.disabled = true;
    try {
        await beginJob(await collectChanged(job.links.outcomes), {action: "untrash"});
    } catch (problem) {
        toast(problem.detail ?? text("failed"), {kind: "bad"});
        undo.disabled = false;
    }
});
close.addEventListener("click", () => {
    localStorage.setItem(SEEN, job.id);
    box.hidden = true;
});

/* Shows the job that runs, or that has ended since this browser last put one away. */
export function showLatestJob() {
    const {latest} = box.dataset;
    if (latest && !latest.includes(localStorage.getItem(SEEN) ?? "none")) {
        watch(latest);
    }
}

export async function beginJob(ids, {action, ...parameters}) {
    try {
        const begun = await post(box.dataset.url, {action, parameters, ids});
        show(begun);
        watch(begun.links.self);
        box.scrollIntoView({block: "nearest"});
        return {changed: ids, refused: []};
    } catch (problem) {
        toast(problem.detail ?? text("failed"), {kind: "bad"});
        return {changed: [], refused: []};
    }
}

function watch(url) {
    let ran = false;
    watching?.stop();
    watching = poll(async () => {
        const found = await get(url);
        const moved = found.done !== job?.done;
        ran ||= !found.finished_at || Boolean(job && !job.finished_at);
        show(found);
        if (!found.finished_at) {
            return moved || undefined;
        }
        await report();
        if (ran) {
            document.dispatchEvent(new Event("documents-changed"));
        }
        return false;
    }, {first: 700, max: 5000});
    watching.now();
}

function show(found) {
    job = found;
    const {done, total} = job;
    const over = Boolean(job.finished_at);
    box.hidden = false;
    bar.value = total ? done / total : 1;
    bar.hidden = over;
    heading.textContent = text(over ? "job-over" : "job-runs");
    stop.hidden = over;
    stop.disabled = false;
    close.hidden = !over;
    undo.hidden = true;
    undo.disabled = false;
    if (!over) {
        list.replaceChildren();
        said.textContent = text("working", {done, count: total});
    }
}

/* What was refused comes first, then how many were changed. */
async function report() {
    const {done, total, changed, unchanged, refused, action} = job;
    if (refused) {
        const found = await get(`${job.links.outcomes}?result=refused&page_size=${SHOWN}`);
        list.replaceChildren(...describeRefusals(found.results.map(
            ({document: id, title, problem}) => ({id, title, reason: problem.detail}))));
        if (refused > found.results.length) {
            const more = document.createElement("li");
            more.className = "muted small";
            more.textContent = text("preview-more", {count: refused - found.results.length});
            list.append(more);
        }
    }
    said.textContent = [
        job.status === "cancelled" && text("stopped", {done, count: total}),
        changed && text(`done-${action}`, {count: changed}),
        unchanged && text("idle", {count: unchanged}),
    ].filter(Boolean).join(" ");
    undo.hidden = action !== "trash" || !changed;
}

async function collectChanged(outcomes) {
    const ids = [];
    let url = `${outcomes}?result=changed&page_size=${SHOWN}`;
    while (url) {
        const page = await get(url);
        ids.push(...page.results.map((each) => each.document));
        url = page.next;
    }
    return ids;
}
