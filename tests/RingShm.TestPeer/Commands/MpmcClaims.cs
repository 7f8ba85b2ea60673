namespace RingShm.TestPeer.Commands;

/// <summary>Messages written in place: one claim or up to three open at once, ended in any order, some of them given up.</summary>
internal sealed class MpmcClaims(MpmcProducer producer, MpmcSource source)
{
    private const int MostAtOnce = 3;

    public void WriteSome(bool several)
    {
        int count = several ? source.Random.Next(1, MostAtOnce + 1) : 1;
        Claim second = default;
        Claim third = default;
        long secondId = 0;
        long thirdId = 0;
        Claim first = Wait(out long firstId);
        // Who would wait here with a claim open could wait for ever: consumers are behind that claim.
        bool hasSecond = count > 1 && TryClaim(out second, out secondId);
        bool hasThird = count > 2 && hasSecond && TryClaim(out third, out thirdId);
        switch (source.Random.Next(3))
        {
            case 0:
                End(first, firstId);
                End(hasThird, third, thirdId);
                End(hasSecond, second, secondId);
                break;
            case 1:
                End(hasThird, third, thirdId);
                End(hasSecond, second, secondId);
                End(first, firstId);
                break;
            default:
                End(hasSecond, second, secondId);
                End(first, firstId);
                End(hasThird, third, thirdId);
                break;
        }
    }

    private Claim Wait(out long id)
    {
        id = source.Next();
        int bytes = Bytes(id);
        SpinWait wait = default;
        Claim claim;
        while (!producer.TryClaim(bytes, out claim))
            wait.SpinOnce();
        source.Pattern.Fill(claim.Span[..source.Pattern.LengthOf(id)], id);
        return claim;
    }

    private bool TryClaim(out Claim claim, out long id)
    {
        // A number whose claim is refused is never seen: its note stays as it is.
        id = source.Next();
        if (!producer.TryClaim(Bytes(id), out claim))
            return false;
        source.Pattern.Fill(claim.Span[..source.Pattern.LengthOf(id)], id);
        return true;
    }

    /// <summary>Every other claim is for more than is committed.</summary>
    private int Bytes(long id)
    {
        int length = source.Pattern.LengthOf(id);
        return source.Random.Next(2) == 0 ? length : Math.Min(producer.MaxMessageBytes, length + source.Random.Next(1, 200));
    }

    private void End(bool isOpen, Claim claim, long id)
    {
        if (isOpen)
            End(claim, id);
    }

    private void End(Claim claim, long id)
    {
        using (claim)
        {
            if (source.Random.Next(5) == 0)
            {
                source.Note(id, MessageFate.GivenUp);
                return;
            }

            source.Note(id, MessageFate.Begun);
            claim.Commit(source.Pattern.LengthOf(id), MessageId.TypeOf(id));
            source.Note(id, MessageFate.Published);
        }
    }
}
