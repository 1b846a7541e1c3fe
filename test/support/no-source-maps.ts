import process from 'node:process';

// AVA switches them on, and Node.js then reads the maps of all that a test imports. Our own code has none: types are
// stripped in place.
process.setSourceMapsEnabled(false);
