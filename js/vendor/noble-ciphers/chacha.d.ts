// Ours: the one function of the package that minipoly uses.

/** XChaCha20-Poly1305: a key of 32 bytes, a nonce of 24. `decrypt` throws when the tag does not match. */
export declare function xchacha20poly1305(
  key: Uint8Array,
  nonce: Uint8Array,
  associatedData?: Uint8Array,
): { encrypt(plaintext: Uint8Array): Uint8Array<ArrayBuffer>; decrypt(ciphertext: Uint8Array): Uint8Array<ArrayBuffer> };
