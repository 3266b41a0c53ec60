"""arq jobs: load, call, save. A file is a job when it defines `job`."""
