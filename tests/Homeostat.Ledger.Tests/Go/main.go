// Verifies one of our logs with code that is not ours: golang.org/x/mod/sumdb/note and sumdb/tlog.
// Usage: main FOLDER VKEY OLDSIZE OLDROOT PROOF...; each PROOF is a tlog-proof file whose entry stands beside it as PROOF.entry.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type folder string

func (f folder) Height() int { return 8 }

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, t := range tiles {
		// tlog names tiles tile/8/L/N; tlog-tiles leaves the height out.
		name := strings.Replace(t.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(string(f), name))
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func open(data []byte, verifier note.Verifier) tlog.Tree {
	n, err := note.Open(data, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(n.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	return tlog.Tree{N: size, Hash: hash(lines[2])}
}

func hash(text string) tlog.Hash {
	raw, err := base64.StdEncoding.DecodeString(text)
	check(err)
	var h tlog.Hash
	copy(h[:], raw)
	return h
}

func main() {
	verifier, err := note.NewVerifier(os.Args[2])
	check(err)
	data, err := os.ReadFile(filepath.Join(os.Args[1], "checkpoint"))
	check(err)
	tree := open(data, verifier)

	// Every hash that the reader returns is checked against the checkpoint's root.
	reader := tlog.TileHashReader(tree, folder(os.Args[1]))
	for i := int64(0); i < tree.N; i++ {
		entry := entryAt(os.Args[1], tree.N, i)
		leaf := tlog.RecordHash(entry)
		proof, err := tlog.ProveRecord(tree.N, i, reader)
		check(err)
		check(tlog.CheckRecord(proof, tree.N, tree.Hash, i, leaf))
	}

	oldSize, err := strconv.ParseInt(os.Args[3], 10, 64)
	check(err)
	growth, err := tlog.ProveTree(tree.N, oldSize, reader)
	check(err)
	check(tlog.CheckTree(growth, tree.N, tree.Hash, oldSize, hash(os.Args[4])))

	for _, name := range os.Args[5:] {
		checkProof(name, verifier)
	}
	fmt.Printf("verified %d entries and %d proofs\n", tree.N, len(os.Args)-5)
}

func checkProof(name string, verifier note.Verifier) {
	data, err := os.ReadFile(name)
	check(err)
	entry, err := os.ReadFile(name + ".entry")
	check(err)
	head, checkpoint, found := bytes.Cut(data, []byte("\n\n"))
	if !found {
		check(fmt.Errorf("%s: no checkpoint", name))
	}
	tree := open(checkpoint, verifier)
	var index int64
	var proof tlog.RecordProof
	lines := bufio.NewScanner(bytes.NewReader(head))
	for lines.Scan() {
		switch line := lines.Text(); {
		case strings.HasPrefix(line, "c2sp.org/"):
		case strings.HasPrefix(line, "index "):
			index, err = strconv.ParseInt(line[len("index "):], 10, 64)
			check(err)
		default:
			proof = append(proof, hash(line))
		}
	}
	check(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)))
}

func entryAt(folder string, size, index int64) []byte {
	bundle := index / 256
	name := fmt.Sprintf("tile/entries/%03d", bundle)
	if (bundle+1)*256 > size {
		name = fmt.Sprintf("%s.p/%d", name, size%256)
	}
	data, err := os.ReadFile(filepath.Join(folder, name))
	check(err)
	for i := int64(0); ; i++ {
		length := int64(data[0])<<8 | int64(data[1])
		if i == index%256 {
			return data[2 : 2+length]
		}
		data = data[2+length:]
	}
}
