namespace RingShm.Load;

/// <summary>
/// The leader alone copies the same messages into shared memory of the same size, in a cycle; nobody reads them. What a large
/// message cannot cost less than.
/// </summary>
internal sealed unsafe class MemcpyThroughput : IContestant
{
    private readonly Scene _scene;
    private readonly SharedFile _file;

    public MemcpyThroughput(Scene scene)
    {
        _scene = scene;
        _file = scene.IsLeader ? SharedFile.Create(scene.Name + "-m", scene.RingBytes) : SharedFile.Open(scene.Name + "-m");
    }

    public void Lead(in Burst burst)
    {
        int size = _scene.Payload.Count, slots = _scene.RingBytes / _scene.MessageBytes, slot = 0, j = (int)(burst.First % size);
        nuint bytes = (nuint)_scene.MessageBytes;
        for (long i = 0; i < burst.Count; i++)
        {
            NativeMemory.Copy(_scene.Payload.Messages + ((nuint)j * bytes), _file.Start + ((nuint)slot * bytes), bytes);
            if (++j == size)
                j = 0;
            if (++slot == slots)
                slot = 0;
        }
    }

    public Receipt Follow(in Burst burst) => _scene.Payload.Expected(burst.First, burst.Count);

    public void Dispose() => _file.Dispose();
}
