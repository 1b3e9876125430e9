/* A PDF of pictures, a page each. A JPEG is put in as it is, byte for byte, and turned by its page;
 * what is no plain JPEG is drawn and encoded again. */

/* Points (1/72 inch) of a page's longest side: that of A4. */
const LONGEST = 842;
const QUALITY = 0.92;
/* px of a preview's longest side. */
const PREVIEW = 240;
/* Degrees clockwise of EXIF's orientations that only turn; the others mirror. */
const TURNS = {1: 0, 3: 180, 6: 90, 8: 270};

/* {bytes, width, height, colours, rotate, preview: a canvas}. Rejects for what is no picture. */
export async function toJpeg(file) {
    const upright = await createImageBitmap(file, {imageOrientation: "from-image"});
    const preview = draw(upright, Math.min(PREVIEW / Math.max(upright.width, upright.height), 1));
    const bytes = new Uint8Array(await file.arrayBuffer());
    const facts = readJpeg(bytes);
    if (facts) {
        return {bytes, ...facts, preview};
    }
    const canvas = draw(upright, 1);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    const drawn = new Uint8Array(await blob.arrayBuffer());
    return {bytes: drawn, width: canvas.width, height: canvas.height, colours: 3, rotate: 0, preview};
}

function draw(image, scale) {
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(Math.round(image.width * scale), 1);
    canvas.height = Math.max(Math.round(image.height * scale), 1);
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas;
}

/* The size, colours and turn of a JPEG of 8 bits with one or three colours that is not mirrored;
 * null for anything else. */
export function readJpeg(bytes) {
    if (bytes[0] !== 0xff || bytes[1] !== 0xd8) {
        return null;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let rotate = 0;
    let at = 2;
    while (at + 4 <= bytes.length && bytes[at] === 0xff) {
        const marker = bytes[at + 1];
        const length = view.getUint16(at + 2);
        if (marker === 0xe1) {
            const turn = TURNS[readOrientation(view, at + 4, length - 2)];
            if (turn === undefined) {
                return null;
            }
            rotate = turn;
        }
        const isFrame = marker >= 0xc0 && marker <= 0xc2;
        if (isFrame && at + 10 <= bytes.length) {
            const colours = bytes[at + 9];
            if (bytes[at + 4] !== 8 || (colours !== 1 && colours !== 3)) {
                return null;
            }
            return {height: view.getUint16(at + 5), width: view.getUint16(at + 7), colours, rotate};
        }
        if (marker === 0xda || length < 2) {
            return null;
        }
        at += 2 + length;
    }
    return null;
}

/* EXIF's orientation, 1 where there is none. `start`: of the segment's content. */
function readOrientation(view, start, length) {
    const end = Math.min(start + length, view.byteLength);
    if (start + 14 > end || view.getUint32(start) !== 0x45786966) { // "Exif"
        return 1;
    }
    const tiff = start + 6;
    const little = view.getUint16(tiff) === 0x4949;
    const directory = tiff + view.getUint32(tiff + 4, little);
    if (directory + 2 > end) {
        return 1;
    }
    const count = view.getUint16(directory, little);
    for (let index = 0; index < count; index += 1) {
        const entry = directory + 2 + 12 * index;
        if (entry + 12 > end) {
            break;
        }
        if (view.getUint16(entry, little) === 0x0112) {
            return view.getUint16(entry + 8, little);
        }
    }
    return 1;
}

/* The PDF as a Blob. */
export function buildPdf(images) {
    const parts = [];
    const offsets = [];
    let size = 0;

    function write(part) {
        const bytes = typeof part === "string" ? new TextEncoder().encode(part) : part;
        parts.push(bytes);
        size += bytes.length;
    }

    function object(content, stream) {
        offsets.push(size);
        write(`${offsets.length} 0 obj\n${content}\n`);
        if (stream) {
            write("stream\n");
            write(stream);
            write("\nendstream\n");
        }
        write("endobj\n");
    }

    write("%PDF-1.4\n%\u00e2\u00e3\n");
    object("<< /Type /Catalog /Pages 2 0 R >>");
    const kids = images.map((_, index) => `${3 + 3 * index} 0 R`).join(" ");
    object(`<< /Type /Pages /Kids [${kids}] /Count ${images.length} >>`);
    images.forEach((image, index) => {
        const first = 3 + 3 * index;
        const scale = LONGEST / Math.max(image.width, image.height);
        const [width, height] = [image.width * scale, image.height * scale].map((side) => side.toFixed(2));
        object(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} ${height}] /Rotate ${image.rotate} ` +
            `/Contents ${first + 1} 0 R /Resources << /XObject << /Im ${first + 2} 0 R >> >> >>`);
        const content = new TextEncoder().encode(`q ${width} 0 0 ${height} 0 0 cm /Im Do Q`);
        object(`<< /Length ${content.length} >>`, content);
        const space = image.colours === 1 ? "/DeviceGray" : "/DeviceRGB";
        object(`<< /Type /XObject /Subtype /Image /Width ${image.width} /Height ${image.height} ` +
            `/ColorSpace ${space} /BitsPerComponent 8 /Filter /DCTDecode ` +
            `/Length ${image.bytes.length} >>`, image.bytes);
    });
    const start = size;
    const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
    write(`xref\n0 ${offsets.length + 1}\n0000000000 65535 f \n${table}`);
    write(`trailer\n<< /Size ${offsets.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`);
    return new Blob(parts, {type: "application/pdf"});
}
