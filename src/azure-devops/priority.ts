import { AsyncLocalStorage } from 'node:async_hooks';

const polling = new AsyncLocalStorage<true>();

/** What is asked of Azure DevOps inside `work` lets pass what people wait for. */
export const whilePolling = <T>(work: () => Promise<T>): Promise<T> => polling.run(true, work);

export const isPolling = () => polling.getStore() === true;
