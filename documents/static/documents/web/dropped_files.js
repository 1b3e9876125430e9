/* The files of a drop, those in folders too, each with its path below what was dropped. */

/* What systems and programs leave in folders; nobody means it. */
const OF_SYSTEMS = ["thumbs.db", "desktop.ini", ".ds_store"];
const MOST_DEEP = 20;

/* Resolves to [{file, path}], in the order of names; `path` is that of a folder's file, else the
 * name. To be called while the event is handled: later its data is gone. */
export async function filesOfDrop(data) {
    const entries = [...data.items].filter((item) => item.kind === "file")
        .map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
    const found = [];
    for (const entry of entries) {
        if (entry instanceof File) {
            found.push({file: entry, path: entry.name});
        } else if (entry) {
            await collect(entry, "", 0, found);
        }
    }
    return found;
}

/* [{file, path}] of a file input, of one for folders too. */
export function filesOfInput(input) {
    return [...input.files]
        .map((file) => ({file, path: file.webkitRelativePath || file.name}))
        .filter(({path}) => !path.includes("/") || !isOfSystems(path));
}

async function collect(entry, above, depth, found) {
    const path = above + entry.name;
    if (entry.isFile) {
        if (!above || !isOfSystems(path)) {
            found.push({file: await fileOf(entry), path});
        }
    } else if (depth < MOST_DEEP) {
        for (const inner of await listFolder(entry)) {
            await collect(inner, `${path}/`, depth + 1, found);
        }
    }
}

/* A file that can't be opened is refused by the queue, which says so. */
function fileOf(entry) {
    return new Promise((done) => {
        entry.file(done, () => done(new File([], entry.name)));
    });
}

async function listFolder(entry) {
    const reader = entry.createReader();
    const found = [];
    let some;
    do { // a reader gives a hundred at a time
        some = await new Promise((done) => {
            reader.readEntries(done, () => done([]));
        });
        found.push(...some);
    } while (some.length);
    return found.sort((one, other) =>
        one.name.localeCompare(other.name, undefined, {numeric: true}));
}

function isOfSystems(path) {
    const parts = path.toLowerCase().split("/");
    const name = parts.at(-1);
    return parts.includes("__macosx") || OF_SYSTEMS.includes(name) || /^(\._|~\$)/.test(name);
}
