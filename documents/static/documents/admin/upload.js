/* Uploads the chosen or dropped files through the API, two at a time, each with its own outcome.
 * While the server is not reached all of them wait for it. */
"use strict";
(() => {
    const AT_ONCE = 2;
    const RETRY_BUSY_MS = 3000;
    const BUSY_TRIES = 20;
    // Too busy, or a gateway whose server is not there for the moment.
    const BUSY = [502, 503, 504];
    const BROKEN_TRIES = 4;
    const BROKEN_PAUSE_MS = 2000;
    const BROKEN_PAUSE_AT_MOST_MS = 60_000;

    const form = document.getElementById("upload");
    const drop = document.getElementById("drop");
    const picker = document.getElementById("files");
    const list = document.getElementById("uploads");
    const words = document.getElementById("words").dataset;
    const blank = document.getElementById("upload-row").content.firstElementChild;
    const summary = document.getElementById("summary");
    const retryAll = document.getElementById("retry-all");

    // Files that came before a team was chosen. A guess would show them to the wrong people.
    const homeless = [];
    const queue = [];
    // Those on their way, those in the queue, and those that pause: leaving would lose them.
    const unfinished = new Set();
    const retriable = new Set();
    const counts = {all: 0, created: 0, existing: 0, refused: 0};
    let running = 0;
    let held = false;
    let brokenPause = BROKEN_PAUSE_MS;

    form.querySelector(".without-script").hidden = true;
    drop.querySelector(".drag-hint").hidden = false;

    function add(files) {
        if (!form.elements.team.value) {
            homeless.push(...files);
            askForTeam();
            return;
        }
        const fields = {
            team: form.elements.team.value,
            tags: form.elements.tags.value,
            ocr: form.elements.ocr.value,
        };
        for (const file of files) {
            const row = blank.cloneNode(true);
            row.querySelector(".name").textContent = file.name;
            row.querySelector("progress").setAttribute("aria-label", file.name);
            list.append(row);
            counts.all += 1;
            admit({file, fields, row, tries: 0, breaks: 0});
        }
        document.getElementById("outcome").hidden = !counts.all;
        tell();
    }

    function askForTeam() {
        document.getElementById("team-needed").hidden = !homeless.length;
        if (homeless.length) {
            form.elements.team.focus();
        }
    }

    function admit(job) {
        if (job.file.size === 0) {
            refuse(job, words.empty);
        } else if (job.file.size > Number(form.dataset.mostBytes)) {
            refuse(job, words.tooLarge);
        } else {
            enqueue(job);
        }
    }

    function enqueue(job) {
        job.row.className = "";
        job.row.querySelector("progress").hidden = false;
        unfinished.add(job);
        queue.push(job);
        sayWaiting(job);
        next();
    }

    function next() {
        while (!held && running < AT_ONCE && queue.length) {
            running += 1;
            send(queue.shift());
        }
    }

    function send(job) {
        const body = new FormData();
        for (const [name, value] of Object.entries(job.fields)) {
            if (value) {
                body.append(name, value);
            }
        }
        body.append("file", job.file, job.file.name);
        const request = new XMLHttpRequest();
        const bar = job.row.querySelector("progress");
        request.upload.onprogress = ({loaded, total}) => {
            bar.value = total ? loaded / total : 0;
            say(job, loaded < total ? words.sending : words.checking);
        };
        request.onload = () => {
            running -= 1;
            brokenPause = BROKEN_PAUSE_MS;
            take(job, request);
        };
        request.onerror = () => {
            running -= 1;
            seeWhatBroke(job);
        };
        request.open("POST", form.dataset.api);
        request.setRequestHeader("Accept", "application/json");
        request.setRequestHeader("X-CSRFToken", csrfToken(form));
        say(job, words.sending);
        request.send(body);
    }

    function take(job, request) {
        let answer = {};
        try {
            answer = JSON.parse(request.responseText);
        } catch {
            // Not from the API: what follows goes by the status alone.
        }
        if (request.status === 201 || request.status === 200) {
            const created = request.status === 201;
            counts[created ? "created" : "existing"] += 1;
            job.row.className = created ? "created" : "existing";
            link(job, answer.id, created ? words.created : words.existing);
            settle(job);
        } else if (BUSY.includes(request.status) && job.tries < BUSY_TRIES) {
            job.tries += 1;
            sayWaiting(job);
            setTimeout(() => enqueue(job), RETRY_BUSY_MS);
            next();
        } else if (request.status === 401) {
            refuse(job, words.loggedOut, true);
        } else {
            const again = request.status === 403 || request.status >= 500;
            refuse(job, why(answer) || String(request.status), again);
        }
    }

    // --- what broke off: the file, or the way to the server -----------------------------------

    async function seeWhatBroke(job) {
        job.breaks += 1;
        try {
            await job.file.slice(0, 1).arrayBuffer();
        } catch {
            refuse(job, words.unreadable);
            return;
        }
        if (job.breaks < BROKEN_TRIES) {
            hold();
            enqueue(job);
        } else {
            refuse(job, words.broken, true);
        }
    }

    /* Nothing is sent until the server answers again: a file is too much to find that out with. */
    async function hold() {
        if (held) {
            return;
        }
        held = true;
        queue.forEach(sayWaiting);
        tell();
        do {
            await moment(brokenPause);
            brokenPause = Math.min(brokenPause * 2, BROKEN_PAUSE_AT_MOST_MS);
        } while (!(await reached()));
        held = false;
        queue.forEach(sayWaiting);
        tell();
        next();
    }

    /* Less where the browser says that it is connected again. */
    function moment(milliseconds) {
        return new Promise((done) => {
            setTimeout(done, milliseconds);
            window.addEventListener("online", done, {once: true});
        });
    }

    async function reached() {
        try {
            return (await fetch(form.dataset.health, {cache: "no-store"})).status < 500;
        } catch {
            return false;
        }
    }

    // --- what is told -------------------------------------------------------------------------

    /* A problem's title is in the person's language, its detail in English. */
    function why({title, detail, code}) {
        if (document.documentElement.lang.startsWith("en")) {
            return detail;
        }
        return code === "invalid-request" ? `${title} (${detail})` : title;
    }

    function link(job, id, text) {
        const anchor = document.createElement("a");
        anchor.href = form.dataset.document.replace("00000000-0000-0000-0000-000000000000", id);
        anchor.textContent = text;
        job.row.querySelector(".result").replaceChildren(anchor);
    }

    function refuse(job, reason, again = false) {
        counts.refused += 1;
        job.row.className = "refused";
        say(job, `${words.refused}: ${reason}`);
        const retry = job.row.querySelector(".retry");
        retry.hidden = !again;
        retry.onclick = () => tryAgain(job);
        if (again) {
            retriable.add(job);
        }
        settle(job);
    }

    function tryAgain(job) {
        job.row.querySelector(".retry").hidden = true;
        retriable.delete(job);
        counts.refused -= 1;
        job.tries = 0;
        job.breaks = 0;
        enqueue(job);
        tell();
    }

    function settle(job) {
        job.row.querySelector("progress").hidden = true;
        unfinished.delete(job);
        tell();
        next();
    }

    function sayWaiting(job) {
        say(job, held ? words.offline : words.waiting);
    }

    function say(job, text) {
        job.row.querySelector(".result").textContent = text;
    }

    function tell() {
        const done = counts.created + counts.existing + counts.refused;
        summary.textContent = words.summary.replace(
            /\{(\w+)\}/g,
            (_, name) => (name === "done" ? done : counts[name]),
        );
        if (held) {
            summary.append(` ${words.held}`);
        }
        retryAll.hidden = retriable.size < 2;
    }

    form.elements.team.addEventListener("change", () => {
        add(homeless.splice(0));
        askForTeam();
    });
    picker.addEventListener("change", () => {
        add([...picker.files]);
        picker.value = "";
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    retryAll.addEventListener("click", () => [...retriable].forEach(tryAgain));

    // Anywhere on the page: whoever misses the frame must not lose the page to a PDF viewer.
    for (const name of ["dragenter", "dragover"]) {
        document.addEventListener(name, (event) => {
            if (event.dataTransfer?.types.includes("Files")) {
                event.preventDefault();
                drop.classList.add("over");
            }
        });
    }
    document.addEventListener("dragleave", (event) => {
        if (!event.relatedTarget) {
            drop.classList.remove("over");
        }
    });
    document.addEventListener("drop", (event) => {
        drop.classList.remove("over");
        if (event.dataTransfer?.files.length) {
            event.preventDefault();
            add([...event.dataTransfer.files]);
        }
    });
    window.addEventListener("beforeunload", (event) => {
        if (unfinished.size || homeless.length) {
            event.preventDefault();
        }
    });
})();
