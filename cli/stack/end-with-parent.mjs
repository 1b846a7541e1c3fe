// Preloaded into a program that is not ours (node --import): it ends when its standard input does, which is when the
// process that started it is gone, however that ended.
process.stdin.on('end', () => process.exit(0)).on('error', () => process.exit(0));
process.stdin.resume();
// When the program has nothing left to do, it may end by itself.
process.stdin.unref?.();
