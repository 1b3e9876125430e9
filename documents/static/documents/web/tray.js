/* The upload tray: files that are dropped on any page, pasted, chosen or photographed, each followed
 * from its transfer through its reading to what came of it. What the server has answered 201 for
 * comes back after a reload: from the ids that this browser kept, and from the server itself. */
import {filesOfDrop, filesOfInput} from "./dropped_files.js";
import {get, post} from "./http.js";
import {bindKeys} from "./keys.js";
import {poll} from "./poll.js";
import {startCamera} from "./shots.js";
import {text} from "./texts.js";
import {toast} from "./toast.js";
import {UploadQueue} from "./upload_queue.js";

/* Ids that are kept, and that are asked for at once: few enough for an address. */
const MOST_KEPT = 500;
const MOST_ASKED = 100;
/* What needs a person first, then what is under way, then what is done. */
const ORDER = ["refused", "failed", "sending", "waiting", "reading", "review", "ready"];

const tray = document.getElementById("tray");
const rowsList = tray.querySelector("[data-rows]");
const blank = document.getElementById("tray-row").content.firstElementChild;
const team = tray.querySelector("[data-team]");
const picker = document.getElementById("upload-files");
const folderPicker = document.getElementById("upload-folder");
const hint = document.getElementById("drop-hint");
const kept = openKept(`tray-${tray.dataset.user}`);

const entries = [];
const byId = new Map();
// Chosen before a team. A guess would show them to the wrong people.
const withoutTeam = [];

const queue = new UploadQueue({
    api: tray.dataset.api,
    health: tray.dataset.health,
    mostBytes: Number(tray.dataset.mostBytes),
    watch: (job) => showJob(entryOf(job), job),
});

function openKept(key) {
    const read = () => {
        try {
            return JSON.parse(localStorage.getItem(key)) || {};
        } catch {
            return {};
        }
    };
    const write = (value) => {
        try {
            localStorage.setItem(key, JSON.stringify(value));
        } catch {
            // Private windows: the server still names what is being read.
        }
    };
    return {
        ids: () => read().ids ?? [],
        add(id) {
            const {ids = [], gone = []} = read();
            write({ids: [id, ...ids.filter((each) => each !== id)].slice(0, MOST_KEPT),
                gone: gone.filter((each) => each !== id)});
        },
        isGone: (id) => (read().gone ?? []).includes(id),
        forget(forgotten) {
            const {ids = [], gone = []} = read();
            write({ids: ids.filter((id) => !forgotten.includes(id)),
                gone: [...forgotten, ...gone].slice(0, 4 * MOST_KEPT)});
        },
        folded: () => read().folded !== false,
        fold(folded) {
            write({...read(), folded});
        },
    };
}

/* --- adding files ------------------------------------------------------------------------------- */

export function upload(files) {
    add([...files].map((file) => ({file, path: file.name})));
}

/* `list`: [{file, path}]. */
function add(list) {
    if (!list.length) {
        return;
    }
    tray.hidden = false;
    fold(false);
    kept.fold(false);
    if (!team.value) {
        withoutTeam.push(...list);
        askForTeam();
        return;
    }
    const fields = {
        team: team.value,
        tags: tray.querySelector("[data-tags]").value,
        ocr: tray.querySelector("[data-ocr]").value,
        split: chosenSplit(),
    };
    for (const {file, path} of list) {
        queue.add(file, {...fields}, path);
    }
}

/* As the API spells it. */
function chosenSplit() {
    const way = tray.querySelector("[data-split]").value;
    return way === "count" ? `count:${splitCount.querySelector("input").value || 1}` : way;
}

const splitCount = tray.querySelector("[data-split-count]");
tray.querySelector("[data-split]").addEventListener("change", ({target}) => {
    splitCount.hidden = target.value !== "count";
});

function askForTeam() {
    const needed = tray.querySelector("[data-team-needed]");
    if (needed) {
        needed.hidden = !withoutTeam.length;
        if (withoutTeam.length) {
            team.focus();
        }
    }
}

team.addEventListener("change", () => {
    if (team.value) {
        add(withoutTeam.splice(0));
        askForTeam();
    }
});
for (const input of [picker, folderPicker]) {
    input.addEventListener("change", () => {
        add(filesOfInput(input));
        input.value = "";
    });
}
document.addEventListener("click", ({target}) => {
    if (target.closest("[data-upload]")) {
        picker.click();
    } else if (target.closest("[data-upload-folder]")) {
        folderPicker.click();
    }
});
bindKeys([{code: "KeyU", label: text("choose-files"), run: () => picker.click()}]);
startCamera(upload);

// Anywhere: a file dropped beside a frame must not replace the page.
let inside = 0;
const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
document.addEventListener("dragenter", (event) => {
    if (hasFiles(event)) {
        event.preventDefault();
        inside += 1;
        hint.hidden = false;
    }
});
document.addEventListener("dragover", (event) => {
    if (hasFiles(event)) {
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
    }
});
document.addEventListener("dragleave", (event) => {
    if (hasFiles(event)) {
        inside = Math.max(inside - 1, 0);
        hint.hidden = inside > 0 ? hint.hidden : true;
    }
});
document.addEventListener("drop", async (event) => {
    inside = 0;
    hint.hidden = true;
    if (event.dataTransfer?.files.length) {
        event.preventDefault();
        const found = await filesOfDrop(event.dataTransfer);
        if (found.length) {
            add(found);
        } else {
            toast(text("tray-empty-folder"), {kind: "bad"});
        }
    }
});
document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) {
        event.preventDefault();
        upload(files.map(named));
    }
});

/* A pasted picture is called "image.png", whatever it is. */
function named(file) {
    if (!/^image\.\w+$/.test(file.name)) {
        return file;
    }
    const time = new Date().toLocaleString("sv").replaceAll(":", "-");
    const suffix = file.name.slice(file.name.lastIndexOf("."));
    return new File([file], text("tray-pasted", {time}) + suffix, {type: file.type});
}

window.addEventListener("beforeunload", (event) => {
    if (queue.unfinished.size || withoutTeam.length) {
        event.preventDefault();
    }
});

/* --- rows --------------------------------------------------------------------------------------- */

function entryOf(job) {
    let entry = entries.find((each) => each.job === job);
    if (!entry) {
        entry = addEntry(job.file.name, job.path);
        entry.job = job;
    }
    return entry;
}

function addEntry(name, path = name) {
    const row = blank.cloneNode(true);
    row.querySelector(".tray-name").textContent = name;
    row.title = path;
    row.querySelector("progress").setAttribute("aria-label", name);
    const entry = {row, state: "waiting", job: null, id: null};
    row.querySelector("[data-retry]").addEventListener("click", () => retry(entry));
    entries.push(entry);
    tray.hidden = false;
    return entry;
}

function showJob(entry, job) {
    if (job.state === "stored") {
        stored(entry, job);
        return;
    }
    entry.retriable = job.state === "refused" && job.retriable;
    const said = {
        waiting: queue.paused ? text("tray-offline") : text("tray-waiting"),
        sending: job.progress < 1 ? text("tray-sending") : text("tray-checking"),
        refused: text("tray-refused", {reason: job.reason}),
    }[job.state];
    show(entry, job.state, said, job.state === "refused" ? null : job.progress);
}

function stored(entry, job) {
    const known = byId.get(job.id);
    if (known && known !== entry) {
        remove(known);
    }
    entry.id = job.id;
    byId.set(job.id, entry);
    kept.add(job.id);
    entry.duplicate = !job.created;
    show(entry, "reading", job.created ? text("tray-created") : text("tray-existing"), 0);
    following.now();
    document.dispatchEvent(new Event("documents-changed"));
}

function show(entry, state, said, value) {
    const {row} = entry;
    entry.state = state;
    row.className = `tray-row ${state}`;
    const result = row.querySelector("[data-result]");
    if (result.textContent !== said) {
        result.textContent = said;
    }
    const bar = row.querySelector("progress");
    bar.hidden = value === null;
    if (value !== null) {
        bar.value = value;
    }
    row.querySelector("[data-retry]").hidden = !entry.retriable;
    place(entry);
    summarise();
}

/* In its order, and only where that is another place: a row that moves loses the focus. */
function place(entry) {
    const rank = ORDER.indexOf(entry.state);
    if (entry.rank === rank && entry.row.isConnected) {
        return;
    }
    entry.rank = rank;
    const after = entries.filter((each) => each !== entry && each.row.isConnected)
        .find((each) => each.rank > rank);
    rowsList.insertBefore(entry.row, after?.row ?? null);
    entries.splice(entries.indexOf(entry), 1);
    const index = after ? entries.indexOf(after) : entries.length;
    entries.splice(index, 0, entry);
}

function summarise() {
    const done = entries.filter(({state}) => !["waiting", "sending", "reading"].includes(state));
    const refused = entries.filter(({state}) => state === "refused").length;
    const sent = entries.length - queue.unfinished.size;
    const said = [
        queue.unfinished.size ? text("tray-uploading", {done: sent, count: entries.length})
            : text(done.length ? "tray-summary" : "tray-working", {done: done.length, count: entries.length}),
        refused && text("tray-refusals", {count: refused}),
    ].filter(Boolean).join(", ");
    tray.querySelector("[data-stored]").hidden =
        queue.unfinished.size > 0 || refused > 0 || !entries.some(({state}) => state === "reading");
    const summary = tray.querySelector("[data-summary]");
    const whole = queue.paused ? text("tray-paused") : said;
    if (summary.textContent !== whole) {
        summary.textContent = whole;
    }
    tray.querySelector("[data-retry-all]").hidden =
        entries.filter(({retriable}) => retriable).length < 2;
}

function remove(entry) {
    entry.row.remove();
    entries.splice(entries.indexOf(entry), 1);
    if (entry.id && byId.get(entry.id) === entry) {
        byId.delete(entry.id);
    }
}

/* --- what the server says ------------------------------------------------------------------------ */

/* What is being read first, then what is known from before, then what is settled. */
function idsToAsk() {
    const reading = [...byId].filter(([, {state}]) => state === "reading").map(([id]) => id);
    const before = kept.ids().filter((id) => !byId.has(id));
    return [...new Set([...reading, ...before, ...byId.keys()])].slice(0, MOST_ASKED);
}

async function follow() {
    const ids = idsToAsk();
    const {uploads} = await get(`${tray.dataset.uploads}?ids=${ids.join(",")}`);
    let changed = false;
    const found = new Set();
    for (const upload of uploads) {
        found.add(upload.id);
        if (!byId.has(upload.id) && kept.isGone(upload.id)) {
            continue;
        }
        let entry = byId.get(upload.id);
        if (!entry && queue.unfinished.size) {
            continue; // it may be one of those whose answer is still to come
        }
        if (!entry) {
            entry = addEntry(upload.name);
            entry.id = upload.id;
            byId.set(upload.id, entry);
        }
        changed = showDocument(entry, upload) || changed;
    }
    // In the trash, or in a team that the person does not see.
    for (const id of ids) {
        if (!found.has(id) && byId.has(id)) {
            remove(byId.get(id));
        }
    }
    kept.forget(ids.filter((id) => !found.has(id)));
    summarise();
    if (!entries.length) {
        tray.hidden = true;
    }
    if (changed) {
        document.dispatchEvent(new Event("uploads-changed"));
    }
    return changed || undefined;
}

function showDocument(entry, document_) {
    const said = {
        reading: document_.text,
        ready: document_.text,
        review: text("tray-review", {reason: document_.text}),
        failed: text("tray-failed", {reason: document_.text}),
    }[document_.state];
    const whole = entry.duplicate ? `${text("tray-existing")} · ${said}` : said;
    const before = `${entry.state} ${entry.said}`;
    entry.said = whole;
    entry.retriable = document_.state === "failed";
    show(entry, document_.state, whole, document_.state === "reading" ? document_.value ?? 0 : null);
    const name = entry.row.querySelector(".tray-name");
    if (!name.querySelector("a")) {
        const link = document.createElement("a");
        link.href = document_.url;
        link.textContent = document_.name;
        name.replaceChildren(link);
    }
    return before !== `${entry.state} ${entry.said}`;
}

async function retry(entry) {
    entry.retriable = false;
    if (!entry.id) {
        queue.retry(entry.job);
        return;
    }
    try {
        await post(`${tray.dataset.api}${entry.id}/reprocess/`, {pages: "failed"});
        show(entry, "reading", text("tray-waiting"), 0);
        following.now();
    } catch (problem) {
        entry.retriable = true;
        toast(problem.detail ?? text("failed"), {kind: "bad"});
    }
}

/* --- the tray itself ----------------------------------------------------------------------------- */

function fold(folded) {
    tray.classList.toggle("folded", folded);
    tray.querySelector("[data-fold]").setAttribute("aria-expanded", String(!folded));
}

tray.querySelector("[data-fold]").addEventListener("click", () => {
    fold(!tray.classList.contains("folded"));
    kept.fold(tray.classList.contains("folded"));
});
tray.querySelector("[data-clear]").addEventListener("click", () => {
    const settled = entries.filter(({state}) => !["waiting", "sending", "reading"].includes(state));
    kept.forget(settled.map(({id}) => id).filter(Boolean));
    settled.forEach(remove);
    withoutTeam.splice(0);
    askForTeam();
    summarise();
    if (!entries.length) {
        tray.hidden = true;
    }
});
tray.querySelector("[data-retry-all]").addEventListener("click", () => {
    entries.filter(({retriable}) => retriable).forEach(retry);
});

// Open where the files become rows, once this browser has uploaded some. Elsewhere it would cover what
// the page is for.
fold(kept.folded() || document.getElementById("list-part") === null);
const following = poll(follow, {first: 1500, max: 20000});
following.now();
