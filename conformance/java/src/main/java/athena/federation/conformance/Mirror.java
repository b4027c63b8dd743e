package athena.federation.conformance;

import com.amazonaws.athena.connector.lambda.data.BlockAllocator;
import com.amazonaws.athena.connector.lambda.data.BlockAllocatorImpl;
import com.amazonaws.athena.connector.lambda.request.FederationRequest;
import com.amazonaws.athena.connector.lambda.request.FederationResponse;
import com.amazonaws.athena.connector.lambda.serde.VersionedObjectMapperFactory;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/** Reads what others wrote with the SDK's readers, and writes it back with its writers. */
final class Mirror {
    private Mirror() {}

    /** {"version", "document": text} to {"document": text, "cells": rows by where their block stands}. */
    static JsonNode reflect(JsonNode command) throws IOException {
        try (BlockAllocator allocator = new BlockAllocatorImpl()) {
            String written = reflected(command.get("document").asText(), command.get("version").asInt(), allocator);
            ObjectNode answer = Main.JSON.createObjectNode();
            answer.put("document", written);
            Meaning.collect(Main.JSON.readTree(written), "$", allocator, answer.putObject("cells"));
            return answer;
        }
    }

    /** {"version", "one": text, "other": text} to {"one", "other"}: their meanings where these differ, else nothing. */
    static JsonNode difference(JsonNode command) throws IOException {
        try (BlockAllocator allocator = new BlockAllocatorImpl()) {
            int version = command.get("version").asInt();
            ObjectNode answer = Main.JSON.createObjectNode();
            JsonNode one = meaning(command.get("one").asText(), version, allocator);
            JsonNode other = meaning(command.get("other").asText(), version, allocator);
            if (!one.equals(other)) {
                answer.set("one", one);
                answer.set("other", other);
            }
            return answer;
        }
    }

    private static JsonNode meaning(String document, int version, BlockAllocator allocator) throws IOException {
        return Meaning.of(Main.JSON.readTree(reflected(document, version, allocator)), allocator);
    }

    private static String reflected(String document, int version, BlockAllocator allocator) throws IOException {
        ObjectMapper mapper = VersionedObjectMapperFactory.create(allocator, version);
        Class<?> kind = document.contains("Request\"") ? FederationRequest.class : FederationResponse.class;
        return mapper.writeValueAsString(mapper.readValue(document, kind));
    }
}
