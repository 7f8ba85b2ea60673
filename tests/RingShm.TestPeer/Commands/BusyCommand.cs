namespace RingShm.TestPeer.Commands;

/// <summary>
/// Writes and reads in turn, count times, while nobody sleeps: <c>busy ring= kind= count=</c>. For a look at its system calls.
/// </summary>
internal static class BusyCommand
{
    public static int Run(PeerArguments arguments)
    {
        long count = arguments.Number("count");
        byte[] message = new byte[16];
        switch (arguments.Choice<RingKind>("kind"))
        {
            case RingKind.Mpmc:
                using (MpmcRing ring = MpmcRing.Open(arguments.Ring))
                using (MpmcProducer producer = ring.AttachProducer())
                using (MpmcConsumer consumer = ring.AttachConsumer())
                {
                    for (long i = 0; i < count; i++)
                    {
                        Expect(producer.TryWrite(message));
                        Expect(consumer.TryRead(out Message read));
                        read.Dispose();
                    }
                }

                break;
            case RingKind.Broadcast:
                using (BroadcastRing ring = BroadcastRing.Open(arguments.Ring))
                using (BroadcastWriter writer = ring.AttachWriter())
                using (BroadcastReader reader = ring.AttachReader())
                {
                    for (long i = 0; i < count; i++)
                    {
                        Expect(writer.TryWrite(message));
                        Expect(reader.TryRead(out Message read));
                        read.Dispose();
                    }
                }

                break;
            default:
                using (StateCell cell = StateCell.Open(arguments.Ring))
                using (StateWriter writer = cell.AttachWriter())
                using (StateReader reader = cell.AttachReader())
                {
                    byte[] value = new byte[16];
                    for (long i = 0; i < count; i++)
                    {
                        writer.Write(message);
                        Expect(reader.TryRead(value, out StateStamp stamp) && stamp.LengthBytes == message.Length);
                    }
                }

                break;
        }

        return PeerSignals.Done(count);
    }

    private static void Expect(bool isDone)
    {
        if (!isDone)
            throw new MismatchException("An operation that has all that it needs was refused.");
    }
}
