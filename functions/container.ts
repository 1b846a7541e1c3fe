import { RestError, type ContainerClient } from '@azure/storage-blob';

/** Writes something into a container, and makes the container when it is missing. */
export async function inContainer<T>(container: ContainerClient, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof RestError && error.code === 'ContainerNotFound')) throw error;
    await container.createIfNotExists();
    return write();
  }
}
