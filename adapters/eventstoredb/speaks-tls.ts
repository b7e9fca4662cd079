/** Whether somebody answers a TLS handshake there: a server that does hangs up on who speaks plain text, without a word. */
import { connect } from 'node:tls'

export const speaksTls = (host: string, port: number, timeout: number): Promise<boolean> =>
  new Promise((resolve) => {
    // Nothing is sent and nothing believed, so whoever it is will do.
    const socket = connect({ host, port, rejectUnauthorized: false, timeout, ALPNProtocols: ['h2'] })
    const answer = (isSpoken: boolean) => () => {
      socket.destroy()
      resolve(isSpoken)
    }
    socket.on('secureConnect', answer(true)).on('error', answer(false)).on('timeout', answer(false))
  })
