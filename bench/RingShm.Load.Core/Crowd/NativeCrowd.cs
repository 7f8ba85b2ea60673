namespace RingShm.Load.Crowd;

/// <summary>A participant of a native queue, with native loops; see bench/native/peers.cpp.</summary>
internal sealed class NativeCrowdPart(PeerKind kind, int messageBytes, CrowdScene scene) : ICrowdPart
{
    private readonly NativePeer _peer = NativePeers.Open(kind, messageBytes, scene.Name, creates: false);

    public static CrowdEntry Entry<T>(string name, PeerKind kind)
        where T : unmanaged, ICrowdMessage<T>
    {
        int bytes = T.Words * sizeof(ulong);
        return new CrowdEntry(
            name, bytes, IsInProcess: false, IsExplored: false,
            scene => NativePeers.Open(kind, bytes, scene.Name, creates: true),
            scene => new NativeCrowdPart(kind, bytes, scene),
            static (burst, producers) => burst.ExpectedSum<T>(producers))
        { Peer = kind };
    }

    public CrowdReceipt Play(in CrowdBurst burst, CrowdStage stage, long start, in CrowdWaiting waiting)
    {
        CrowdReceipt receipt = new() { Start = start };
        if (!scene.IsProducer)
        {
            _peer.CrowdConsume(ref receipt, waiting.SpinsBeforeYield);
            return receipt;
        }

        _peer.CrowdProduce(burst.FirstOf(scene.Participant), burst.CountPerProducer, waiting.SpinsBeforeYield);
        int marks = stage.IsLastToFinish(scene.Shape.Producers) ? scene.Shape.Consumers : 0;
        for (int i = 0; i < marks; i++)
            _peer.CrowdProduce(CrowdBurst.EndMark, 1, waiting.SpinsBeforeYield);

        return receipt;
    }

    public void Dispose() => _peer.Dispose();
}
