using RingShm.Layout;
using RingShm.Memory;

namespace RingShm.Mpmc;

/// <summary>Several messages with one move of the position, published one after the other.</summary>
internal unsafe partial struct MpmcProducerCore<TMemory, TRoom>
{
    /// <summary>
    /// Writes as many of the values as there is room for, with one move of the position, and publishes them in order: a producer
    /// that dies inside has written the first so many of them. Returns how many.
    /// </summary>
    public int TryWriteBatch<T>(ReadOnlySpan<T> values, int type) where T : unmanaged
    {
        if (values.IsEmpty)
            return 0;
        int wanted = (int)Math.Min(values.Length, _map.GranuleCount);
        int count = TryTakeUpTo(wanted, out long position);
        for (int i = 0; i < count; i++)
            Write(position + i, values[i], type);
        return count;
    }

    /// <summary>
    /// The same for messages of any length: all of those given, or the longest head of them for which there is room.
    /// </summary>
    public int TryWriteBatch(ReadOnlySpan<ReadOnlyMemory<byte>> messages, int type)
    {
        int count = 0;
        long granules = 0;
        for (; count < messages.Length && messages[count].Length <= _map.MaxMessageBytes; count++)
        {
            long more = granules + _map.GranulesFor(messages[count].Length);
            if (more > _map.GranuleCount)
                break;
            granules = more;
        }

        if (count == 0)
        {
            if (messages.Length > 0)
                ThrowHelper.MessageTooLarge(messages[0].Length, _map.MaxMessageBytes);
            return 0;
        }

        long position;
        while ((position = TakeGranules((int)granules)) < 0)
        {
            // Room for fewer granules than wanted, or for none: try again with the messages that fit.
            long room = _room.SeenGranules;
            do
                granules -= _map.GranulesFor(messages[--count].Length);
            while (count > 0 && granules > room);
            if (count == 0)
                return 0;
        }

        int published = 0;
        try
        {
            for (; published < count; published++)
            {
                ReadOnlySpan<byte> payload = messages[published].Span;
                int size = _map.GranulesFor(payload.Length);
                Write(position, size, payload, type);
                position += size;
            }
        }
        finally
        {
            if (published < count)
                GiveUpRest(messages[published..count], position);
        }

        return count;
    }

    /// <summary>
    /// A source that threw leaves places that were claimed and will not be filled. They must be given up: a hole whose owner is alive is
    /// waited for without end.
    /// </summary>
    private readonly void GiveUpRest(ReadOnlySpan<ReadOnlyMemory<byte>> messages, long position)
    {
        foreach (ReadOnlyMemory<byte> message in messages)
        {
            int size = _map.GranulesFor(message.Length);
            // M6 release: as for a claim that is given up. Pairs with M9.
            TMemory.StoreRelease(_map.WordAt(position), MpmcWord.Skip(_map.LapOf(position), size), Edge.M6);
            position += size;
        }
    }

    /// <summary>Takes as many granules as there are free, up to a number. Returns how many.</summary>
    private int TryTakeUpTo(int wanted, out long position)
    {
        while ((position = TakeGranules(wanted)) < 0)
        {
            wanted = (int)Math.Min(wanted - 1, _room.SeenGranules);
            if (wanted <= 0)
                return 0;
        }

        return wanted;
    }
}
