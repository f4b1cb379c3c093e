// The file system of a test: standard output and error go to `files.print`, the package's testdata can be read, and
// everything else fails as it does in any page. It must be there before wasm_exec.js, which otherwise makes its own.
'use strict'
{
  const failure = (code) => Object.assign(new Error(code), { code })
  const content = new Map()
  const open = new Map()
  let next = 10
  const decoder = new TextDecoder()
  const clean = (path) => {
    const parts = []
    for (const part of path.split('/')) {
      if (part === '..') parts.pop()
      else if (part !== '' && part !== '.') parts.push(part)
    }
    return parts.join('/')
  }
  const folder = (name) => name === '' || [...content.keys()].some((file) => file.startsWith(`${name}/`))
  const stat = (name) => {
    const bytes = content.get(name)
    if (bytes === undefined && !folder(name)) return undefined
    const directory = bytes === undefined
    return {
      dev: 0, ino: 0, mode: directory ? 0o40555 : 0o100444, nlink: 1, uid: 0, gid: 0, rdev: 0,
      size: directory ? 0 : bytes.length, blksize: 4096, blocks: 0, atimeMs: 0, mtimeMs: 0, ctimeMs: 0,
      isDirectory: () => directory,
    }
  }
  const found = (path, callback) => {
    const info = stat(clean(path))
    if (info === undefined) callback(failure('ENOENT'))
    else callback(null, info)
  }
  const refuse = (...args) => args.at(-1)(failure('ENOSYS'))

  globalThis.files = {
    print: (text) => console.log(text),
    add: (path, bytes) => content.set(clean(path), bytes),
  }
  globalThis.fs = {
    constants: { O_WRONLY: 1, O_RDWR: 2, O_CREAT: 64, O_TRUNC: 512, O_APPEND: 1024, O_EXCL: 128, O_DIRECTORY: 65536 },
    writeSync(fd, bytes) {
      files.print(decoder.decode(bytes, { stream: true }))
      return bytes.length
    },
    write(fd, bytes, offset, length, position, callback) {
      if (fd !== 1 && fd !== 2) callback(failure('EBADF'))
      else callback(null, this.writeSync(fd, bytes.subarray(offset, offset + length)))
    },
    open(path, flags, mode, callback) {
      const name = clean(path)
      if (flags & 3) callback(failure('EROFS'))
      else if (stat(name) === undefined) callback(failure('ENOENT'))
      else {
        open.set(next, { name, at: 0 })
        callback(null, next++)
      }
    },
    close(fd, callback) { callback(open.delete(fd) ? null : failure('EBADF')) },
    read(fd, buffer, offset, length, position, callback) {
      const file = open.get(fd)
      const bytes = file && content.get(file.name)
      if (bytes === undefined) return callback(failure(file ? 'EISDIR' : 'EBADF'))
      const from = position ?? file.at
      const part = bytes.subarray(from, from + length)
      buffer.set(part, offset)
      if (position === null || position === undefined) file.at += part.length
      callback(null, part.length)
    },
    fstat(fd, callback) {
      const file = open.get(fd)
      if (file) callback(null, stat(file.name))
      else callback(failure('EBADF'))
    },
    stat: found,
    lstat: found,
    readdir(path, callback) {
      const name = clean(path)
      if (!folder(name) || content.has(name)) return callback(failure('ENOENT'))
      const prefix = name === '' ? '' : `${name}/`
      const names = [...content.keys()].filter((file) => file.startsWith(prefix)).map((file) => file.slice(prefix.length).split('/')[0])
      callback(null, [...new Set(names)])
    },
    fsync(fd, callback) { callback(null) },
    chmod: refuse, chown: refuse, fchmod: refuse, fchown: refuse, ftruncate: refuse, lchown: refuse, link: refuse,
    mkdir: refuse, readlink: refuse, rename: refuse, rmdir: refuse, symlink: refuse, truncate: refuse, unlink: refuse, utimes: refuse,
  }
  const unknown = () => { throw failure('ENOSYS') }
  globalThis.process = {
    getuid: () => -1, getgid: () => -1, geteuid: () => -1, getegid: () => -1, getgroups: unknown,
    pid: -1, ppid: -1, umask: unknown, cwd: () => '/', chdir: unknown,
  }
}
