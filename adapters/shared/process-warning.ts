/** Where a warning goes that nobody asked to be told of. */
export const processWarning = (message: string): void => process.emitWarning(message, 'ModelLedgerWarning')
