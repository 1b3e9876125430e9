/* Uploads the chosen or dropped files through the API, two at a time, each with its own outcome.
 * While the server is unreachable all uploads wait. */
"use strict";
(() => {
    const AT_ONCE = 2;
    const RETRY_BUSY_MS = 3000;
    const BUSY_TRIES = 20;
    // Too busy, or a gateway whose server is down for a moment.
    const BUSY = [502, 503, 504];
    const LOST_TRIES = 4;
    const LOST_PAUSE_MS = 2000;
    const MAX_LOST_PAUSE_MS = 60_000;

    const form = document.getElementById("upload");
    const drop = document.getElementById("drop");
    const picker = document.getElementById("files");
    const list = document.getElementById("uploads");
    const words = document.getElementById("words").dataset;
    const blank = document.getElementById("upload-row").content.firstElementChild;
    const summary = document.getElementById("summary");
    const retryAll = document.getElementById("retry-all");

    // Files chosen before a team. A guess would show them to the wrong people.
    const withoutTeam = [];
    const queue = [];
    // Being sent, queued, or waiting for another attempt: leaving the page would lose them.
    const unfinished = new Set();
    const retriable = new Set();
    const counts = {all: 0, created: 0, existing: 0, refused: 0};
    let running = 0;
    let paused = false;
    let lostPause = LOST_PAUSE_MS;

    form.querySelector(".without-script").hidden = true;
    drop.querySelector(".drag-hint").hidden = false;

    function add(files) {
        if (!form.elements.team.value) {
            withoutTeam.push(...files);
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
            accept({file, fields, row, tries: 0, breaks: 0});
        }
        document.getElementById("outcome").hidden = !counts.all;
        showSummary();
    }

    function askForTeam() {
        document.getElementById("team-needed").hidden = !withoutTeam.length;
        if (withoutTeam.length) {
            form.elements.team.focus();
        }
    }

    function accept(job) {
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
        showWaiting(job);
        next();
    }

    function next() {
        while (!paused && running < AT_ONCE && queue.length) {
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
            show(job, loaded < total ? words.sending : words.checking);
        };
        request.onload = () => {
            running -= 1;
            lostPause = LOST_PAUSE_MS;
            handleAnswer(job, request);
        };
        request.onerror = () => {
            running -= 1;
            diagnose(job);
        };
        request.open("POST", form.dataset.api);
        request.setRequestHeader("Accept", "application/json");
        request.setRequestHeader("X-CSRFToken", csrfToken(form));
        show(job, words.sending);
        request.send(body);
    }

    function handleAnswer(job, request) {
        let answer = {};
        try {
            answer = JSON.parse(request.responseText);
        } catch {
            // Not from the API: only the status counts below.
        }
        if (request.status === 201 || request.status === 200) {
            const created = request.status === 201;
            counts[created ? "created" : "existing"] += 1;
            job.row.className = created ? "created" : "existing";
            link(job, answer.id, created ? words.created : words.existing);
            finish(job);
        } else if (BUSY.includes(request.status) && job.tries < BUSY_TRIES) {
            job.tries += 1;
            showWaiting(job);
            setTimeout(() => enqueue(job), RETRY_BUSY_MS);
            next();
        } else if (request.status === 401) {
            refuse(job, words.loggedOut, true);
        } else {
            const again = request.status === 403 || request.status >= 500;
            refuse(job, answer.detail || String(request.status), again);
        }
    }

    // --- a failed request: the file can't be read, or the server can't be reached --------------

    async function diagnose(job) {
        job.breaks += 1;
        try {
            await job.file.slice(0, 1).arrayBuffer();
        } catch {
            refuse(job, words.unreadable);
            return;
        }
        if (job.breaks < LOST_TRIES) {
            pauseUntilReachable();
            enqueue(job);
        } else {
            refuse(job, words.lost, true);
        }
    }

    /* Nothing is sent until the server answers again: a whole file is too much for a test. */
    async function pauseUntilReachable() {
        if (paused) {
            return;
        }
        paused = true;
        queue.forEach(showWaiting);
        showSummary();
        do {
            await sleep(lostPause);
            lostPause = Math.min(lostPause * 2, MAX_LOST_PAUSE_MS);
        } while (!(await isReachable()));
        paused = false;
        queue.forEach(showWaiting);
        showSummary();
        next();
    }

    /* Ends early when the browser is online again. */
    function sleep(milliseconds) {
        return new Promise((done) => {
            setTimeout(done, milliseconds);
            window.addEventListener("online", done, {once: true});
        });
    }

    async function isReachable() {
        try {
            return (await fetch(form.dataset.health, {cache: "no-store"})).status < 500;
        } catch {
            return false;
        }
    }

    // --- what the page shows ------------------------------------------------------------------

    function link(job, id, text) {
        const anchor = document.createElement("a");
        anchor.href = form.dataset.document.replace("00000000-0000-0000-0000-000000000000", id);
        anchor.textContent = text;
        job.row.querySelector(".result").replaceChildren(anchor);
    }

    function refuse(job, reason, again = false) {
        counts.refused += 1;
        job.row.className = "refused";
        show(job, `${words.refused}: ${reason}`);
        const retry = job.row.querySelector(".retry");
        retry.hidden = !again;
        retry.onclick = () => tryAgain(job);
        if (again) {
            retriable.add(job);
        }
        finish(job);
    }

    function tryAgain(job) {
        job.row.querySelector(".retry").hidden = true;
        retriable.delete(job);
        counts.refused -= 1;
        job.tries = 0;
        job.breaks = 0;
        enqueue(job);
        showSummary();
    }

    function finish(job) {
        job.row.querySelector("progress").hidden = true;
        unfinished.delete(job);
        showSummary();
        next();
    }

    function showWaiting(job) {
        show(job, paused ? words.offline : words.waiting);
    }

    function show(job, text) {
        job.row.querySelector(".result").textContent = text;
    }

    function showSummary() {
        const done = counts.created + counts.existing + counts.refused;
        summary.textContent = words.summary.replace(
            /\{(\w+)\}/g,
            (_, name) => (name === "done" ? done : counts[name]),
        );
        if (paused) {
            summary.append(` ${words.paused}`);
        }
        retryAll.hidden = retriable.size < 2;
    }

    form.elements.team.addEventListener("change", () => {
        add(withoutTeam.splice(0));
        askForTeam();
    });
    picker.addEventListener("change", () => {
        add([...picker.files]);
        picker.value = "";
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    retryAll.addEventListener("click", () => [...retriable].forEach(tryAgain));

    // Anywhere on the page: a file dropped beside the frame must not replace the page.
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
        if (unfinished.size || withoutTeam.length) {
            event.preventDefault();
        }
    });
})();
